"""Reads mailboxes by the protocol that each demands."""

from services.ingest.adapters.imap import Imap
from services.ingest.adapters.oauth import Tokens
from services.ingest.adapters.pop3 import Pop3
from services.ingest.domain.mailbox_state import Errand, Found
from services.ingest.work import Fetching


class Postman:
    """A worker's way to its mailboxes."""

    def __init__(self, tokens: Tokens) -> None:
        self._ways: dict[str, Fetching] = {"imap": Imap(tokens), "pop3": Pop3(tokens)}

    def __call__(self, errand: Errand) -> Found:
        """What is new in a mailbox. Never raises for trouble with network, server or login."""
        return self._ways[errand.mailbox.protocol](errand)
