"""Add the sentence in the language of the command to its refusal."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.envelope import Envelope
from shared.contracts.message import Refusal
from shared.contracts.replies import MessageRefused
from shared.runtime.storage.unit_of_work import UnitOfWork
from shared.writing.formats import FALLBACK
from shared.writing.refusals import has_template, templates, translated, translated_problem


class UntranslatedSentence(UserWarning):
    """A message was refused with a sentence that its code does not list. The refusal is published
    in English; tests turn this warning into an error.
    """


def in_language_of_command(
    published: Sequence[Any], envelope: Envelope, work: UnitOfWork
) -> list[Any]:
    """Return what a handler published, with its refusal in the language of the command: that of the
    attribute `language`, of the field `language`, or of the shop.
    """
    found: list[Any] = []
    for message in published:
        if isinstance(message, Refusal):
            wanted = language_of(envelope) or work.shop_language
            found.append(localized(message, wanted))
        else:
            found.append(message)
    return found


def language_of(envelope: Envelope) -> str | None:
    """Return the language that a message names, or None."""
    named = envelope.language or envelope.data.get("language")
    return named if isinstance(named, str) and named else None


def localized(refusal: Refusal, language: str) -> Refusal:
    """Return a refusal with its sentence, and those of its faults, in a language. Warns with
    `UntranslatedSentence`.
    """
    if templates(refusal.code) and not has_template(refusal.code, refusal.reason):
        warning = f"No sentence of '{refusal.code}' in shared/contracts is: {refusal.reason}"
        warnings.warn(warning, UntranslatedSentence, stacklevel=2)
    sentence, tag = translated(refusal.code, refusal.reason, language)
    details = refusal.details
    if "faults" in details:
        faults = [_fault(fault, tag) for fault in details["faults"]]
        details = {**details, "faults": faults}
    update = {"sentence": sentence, "language": tag, "details": details}
    return refusal.model_copy(update=update)


def localized_unread(refused: MessageRefused, language: object) -> MessageRefused:
    """Return the refusal of a message that nobody could read, in the language that it names."""
    wanted = language if isinstance(language, str) else FALLBACK
    sentence, tag = translated(refused.code, refused.reason, wanted)
    return refused.model_copy(update={"sentence": sentence, "language": tag})


def _fault(fault: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
    return {**fault, "sentence": translated_problem(str(fault["problem"]), tag)}
