"""Add the sentence in the language of the asker to refusals, and to explanations in answers."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from shared.contracts.envelope import Envelope
from shared.contracts.explanation import Explanation
from shared.contracts.message import Answer, Refusal
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
    """Return what a handler published, with refusals and explanations in the language of the
    command or query: that of the attribute `language`, of the field `language`, or of the shop.
    """
    found: list[Any] = []
    for message in published:
        if isinstance(message, Refusal):
            wanted = language_of(envelope) or work.shop_language
            found.append(localized(message, wanted))
        elif isinstance(message, Answer) and has_explanations(type(message)):
            wanted = language_of(envelope) or work.shop_language
            found.append(explained(message, wanted))
        else:
            found.append(message)
    return found


@cache
def has_explanations(kind: type[BaseModel]) -> bool:
    """Return whether a message can hold explanations, at any depth."""
    if issubclass(kind, Explanation):
        return True
    return any(has_explanations(part) for part in _models_in(kind))


def explained(value: Any, language: str) -> Any:
    """Return a value with the sentences of its explanations in a language."""
    if isinstance(value, list):
        return [explained(part, language) for part in value]
    if not isinstance(value, BaseModel) or not has_explanations(type(value)):
        return value
    changes = {name: explained(part, language) for name, part in value}
    if isinstance(value, Explanation) and value.code:
        sentence, tag = _sentence(value.code, value.reason, language)
        changes |= {"sentence": sentence, "language": tag}
    return value.model_copy(update=changes)


def _models_in(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    waiting: list[Any] = [field.annotation for field in kind.model_fields.values()]
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
        waiting += get_args(part)


def language_of(envelope: Envelope) -> str | None:
    """Return the language that a message names, or None."""
    named = envelope.language or envelope.data.get("language")
    return named if isinstance(named, str) and named else None


def localized(refusal: Refusal, language: str) -> Refusal:
    """Return a refusal with its sentence, and those of its faults, in a language. Warns with
    `UntranslatedSentence`.
    """
    sentence, tag = _sentence(refusal.code, refusal.reason, language)
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


def _sentence(code: str, reason: str, language: str) -> tuple[str, str]:
    if templates(code) and not has_template(code, reason):
        warning = f"No sentence of '{code}' in shared/contracts is: {reason}"
        warnings.warn(warning, UntranslatedSentence, stacklevel=3)
    return translated(code, reason, language)


def _fault(fault: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
    return {**fault, "sentence": translated_problem(str(fault["problem"]), tag)}
