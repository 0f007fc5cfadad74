"""Fetch mails by the protocol of each mailbox."""

from services.ingest.adapters.imap import Imap
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.pop3 import Pop3
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.work.adapters import FetchMails


class MailFetcher:
    """Fetches mails by IMAP or POP3."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._ways: dict[str, FetchMails] = {"imap": Imap(tokens), "pop3": Pop3(tokens)}

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return the new mails of a mailbox. Never raises for errors of network, server or
        login.
        """
        return self._ways[request.mailbox.protocol](request)
