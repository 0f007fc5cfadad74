"""Parse mails in child processes, with limits of time and memory, so that a malicious mail cannot
harm the worker.
"""

from collections.abc import Callable, Sequence

import structlog

from services.ingest.domain.mail import Mail, Unreadable, read, read_fields
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool

log = structlog.get_logger()

ReadMail = Mail | Unreadable
WARM = "services.ingest.adapters.parser_preload"
DEFAULT_LIMITS = Limits(seconds=30, busy=5, memory=1024, jobs=20_000)
TOO_MUCH = Unreadable("Parsing it exceeds the limits of time or memory.")


class MailParserPool:
    """Parses mails in child processes."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.pool = ProcessPool(limits, WARM, "mail_parser")

    def __call__(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """Return the parsed mails; only the header fields of a mail that exceeds the limits. Never
        raises for the content of a mail; raises `NotYet` if no child process can be started.
        """
        mails: list[ReadMail] = []
        for raw, whole in zip(raws, self._run(read, raws), strict=True):
            mails.append(whole or self._run(read_fields, [raw])[0] or TOO_MUCH)
        return mails

    def close(self) -> None:
        """Stop the child processes."""
        self.pool.close()

    def _run(
        self, parse: Callable[[bytes], ReadMail], raws: Sequence[bytes]
    ) -> list[ReadMail | None]:
        results: list[ReadMail | None] = []
        outcomes = self.pool.run_all(parse, [(raw,) for raw in raws])
        for raw, outcome in zip(raws, outcomes, strict=True):
            if isinstance(outcome, Failed):
                log.warning("mail.read", outcome="too_much", size=len(raw), reason=outcome.reason)
                results.append(None)
            else:
                results.append(outcome)
        return results
