"""Mails read in child processes, with limits of time and memory: what a mail does there, it does to
nobody else.
"""

from collections.abc import Callable, Sequence

import structlog

from services.ingest.domain.mail import Mail, Unreadable, read, read_fields
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool

log = structlog.get_logger()

Found = Mail | Unreadable
WARM = "services.ingest.domain.mail"
USUAL = Limits(seconds=30, busy=5, memory=1024, jobs=20_000)
TOO_MUCH = Unreadable("It takes more time or memory to read than a mail may take.")


class Reader:
    """Reads mails in children."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self.pool = ProcessPool(limits, WARM)

    def __call__(self, raws: Sequence[bytes]) -> list[Found]:
        """The mails; of one that is too much, its header fields alone. Never raises for what is in
        them; raises `NotYet` where no child can be had.
        """
        wholes = self._ask(read, raws)
        return [
            whole or self._ask(read_fields, [raw])[0] or TOO_MUCH
            for raw, whole in zip(raws, wholes, strict=True)
        ]

    def close(self) -> None:
        """Ends the children."""
        self.pool.close()

    def _ask(self, reading: Callable[[bytes], Found], raws: Sequence[bytes]) -> list[Found | None]:
        outcomes = self.pool.run_all(reading, [(raw,) for raw in raws])
        for raw, outcome in zip(raws, outcomes, strict=True):
            if isinstance(outcome, Failed):
                log.warning("mail.read", outcome="too_much", size=len(raw), reason=outcome.reason)
        return [None if isinstance(outcome, Failed) else outcome for outcome in outcomes]
