"""Write mails with the templates of shops in child processes: a template may hang, take all memory,
or overflow the stack of css-inline, which would end the worker.
"""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import structlog

from services.notify.adapters.mail_writer import (
    TROUBLE,
    JinjaMailWriter,
    read_languages,
    read_layouts,
)
from services.notify.adapters.template_checks import PartFault
from services.notify.domain.branding import BUILT_IN, Branding, Replacement, Trial
from services.notify.domain.facts import Facts
from services.notify.domain.language import Language
from services.notify.domain.wording import MailBody
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentReference
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool
from shared.writing import formats
from shared.writing.suggestions import sentence

WARM = "services.notify.adapters.branded_writer"
# of one mail, and of a trial on all sample mails
DEFAULT_LIMITS = Limits(seconds=20, busy=10, memory=512, jobs=2000)
MAX_CHARACTERS = 2_000_000  # of a written mail
# seconds in which a template that exceeded the limits is not tried again: mails are written in
# transactions, which would wait for it each time
REST = 600.0

log = structlog.get_logger()


class BrandedMailWriter:
    """Writes mails with any branding: with the built-in templates here, with a shop's in a child
    process. If a shop's template fails, the built-in one is used, and the error is logged.
    """

    def __init__(self, built_in: JinjaMailWriter, limits: Limits = DEFAULT_LIMITS) -> None:
        self.built_in, self.pool = built_in, ProcessPool(limits, WARM, "mail_writer")
        self._resting: dict[int, float] = {}

    @property
    def languages(self) -> Mapping[str, Language]:
        return self.built_in.languages

    def write(
        self,
        facts: Facts,
        documents: Sequence[DocumentReference] = (),
        branding: Branding = BUILT_IN,
    ) -> MailBody:
        """Return the written mail, which mentions the attached `documents`. Raises `NotYet` if no
        child process can be started.
        """
        language = formats.choose(self.languages, facts.language).tag
        own = branding.only(facts.template, language)
        if own.parts:
            written = self._write_apart(facts, documents, own)
            if written:
                return written
        return self.built_in.write(facts, documents, Branding(pictures=branding.pictures))

    def write_strictly(
        self, facts: Facts, documents: Sequence[DocumentReference], branding: Branding
    ) -> MailBody | Reason:
        """Return the mail written with exactly this branding, or why that is not possible."""
        language = formats.choose(self.languages, facts.language).tag
        outcome = self.pool.run(
            write_mail, facts, documents, branding.only(facts.template, language)
        )
        if isinstance(outcome, MailBody):
            return outcome
        if isinstance(outcome, Failed):
            return _failed(outcome)
        return Reason("broken_template", sentence(f"The mail cannot be written: {outcome}"))

    def built_in_template(self, name: str, language: str) -> Replacement:
        """Return the built-in template of a mail, or the layout."""
        return self.built_in.built_in_template(name, language)

    def objection(self, trial: Trial) -> Reason | None:
        """Return why a template cannot be used, or None."""
        outcome = self.pool.run(find_objection, trial)
        if isinstance(outcome, Failed):
            return _failed(outcome)
        if outcome:
            written = f"The template cannot be used: {outcome.sentence}"
            return Reason("broken_template", written, outcome.part)
        return None

    def close(self) -> None:
        """End the child processes."""
        self.pool.close()

    def _write_apart(
        self, facts: Facts, documents: Sequence[DocumentReference], own: Branding
    ) -> MailBody | None:
        key = hash(frozenset(own.parts.items()))
        if self._resting.get(key, 0) > time.monotonic():
            return None
        outcome = self.pool.run(write_mail, facts, documents, own)
        if isinstance(outcome, MailBody):
            return outcome
        if isinstance(outcome, Failed):
            self._resting[key] = time.monotonic() + REST
            outcome = outcome.reason
        log.error("template", outcome="built_in_used", template=facts.template, error=outcome)
        return None


def write_mail(*arguments: Any) -> MailBody | str:
    """Return a written mail, or the error of its template. Called in a child process."""
    try:
        written = _writer().write(*arguments)
    except TROUBLE as error:
        return f"{error}"
    size = len(written.html) + len(written.text) + len(written.subject)
    if size > MAX_CHARACTERS:
        return f"the mail has {size:,} characters; {MAX_CHARACTERS:,} are allowed at most"
    return written


def find_objection(trial: Trial) -> PartFault | None:
    """Return the error of a template in one sentence. Called in a child process."""
    return _writer().objection(trial)


def _failed(outcome: Failed) -> Reason:
    return Reason("template_failed", f"The template was tried and failed: {outcome.reason}.")


@cache
def _writer() -> JinjaMailWriter:
    return JinjaMailWriter(read_languages(), read_layouts())
