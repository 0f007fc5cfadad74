"""Fetch mails by the protocol of each mailbox."""

from services.ingest.adapters.imap import Imap
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.pop3 import Pop3
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.work.adapters import FetchMails
from shared.runtime import metrics
from shared.runtime.clock import utc_now

FETCHED = metrics.counter("fetched_mails", "Mails fetched from a mailbox", "mailbox")
LAG = metrics.histogram(
    "mailbox_lag_seconds",
    "Seconds that a mail lay in its mailbox until it was fetched; mails from before the first poll"
    " left out",
    "mailbox",
    bounds=metrics.LONG_SECONDS,
)


class MailFetcher:
    """Fetches mails by IMAP or POP3."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._ways: dict[str, FetchMails] = {"imap": Imap(tokens), "pop3": Pop3(tokens)}

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return the new mails of a mailbox. Never raises for errors of network, server or
        login.
        """
        result = self._ways[request.mailbox.protocol](request)
        self._count(result)
        return result

    def _count(self, result: FetchResult) -> None:
        """Count fetched mails, and how long those that are new at the server waited there."""
        mailbox, before = result.request.mailbox.name, result.checkpoint.history_until
        FETCHED.labels(mailbox).inc(len(result.mails))
        for mail in result.mails:
            if mail.arrived_at is not None and mail.uid > before:
                waited = (utc_now() - mail.arrived_at).total_seconds()
                LAG.labels(mailbox).observe(max(0.0, waited))
