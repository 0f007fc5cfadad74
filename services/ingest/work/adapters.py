"""The connections of `ingest` to mail servers, as its unit of work uses them."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.ingest.domain.mail import read_all
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.store.mails import Reading
from shared.contracts.conversation import SigningKeys


class FetchMails(Protocol):
    """Fetches mails from a mailbox. Errors are returned in `FetchResult.fault`, never raised."""

    def __call__(self, request: FetchRequest) -> FetchResult: ...


class ListenForMail(Protocol):
    """Calls `tell` with each mailbox that receives mail, until `stopping` is set. Never raises for
    errors of servers.
    """

    def __call__(
        self,
        mailboxes: Iterable[Mailbox],
        tell: Callable[[Mailbox], None],
        stopping: threading.Event,
    ) -> None: ...


@dataclass(frozen=True)
class Adapters:
    """Connections to the outside: the mailboxes of the settings by name, functions that fetch,
    listen and parse, and the keys that sign reply addresses.
    """

    mailboxes: Mapping[str, Mailbox]
    keys: SigningKeys = field(repr=False)
    fetch: FetchMails
    listen: ListenForMail = lambda mailboxes, tell, stopping: None
    read: Reading = read_all
