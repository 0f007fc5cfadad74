"""A mailbox on a real Dovecot, and its use by a mail program."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from imapclient import IMAPClient

from deploy.stack.dovecot import Dovecot
from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchResult
from tests.ingest.builders import a_fetch_request

PASSWORD = "correct horse"


@dataclass(frozen=True)
class DovecotMailbox:
    """A mailbox on Dovecot. `account`: its settings for IMAP without encryption."""

    account: Mailbox
    dovecot: Dovecot

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.account.port, ssl=False, timeout=60) as client:
            client.login(self.account.user, PASSWORD)
            client.select_folder(folder)
            yield client

    def receive(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.opened() as client:
            for mail in mails:
                client.append(folder, mail, msg_time=at)

    def make_anew(self, folder: str) -> None:
        """Replace a folder by a new one of the same name, with another UIDVALIDITY."""
        with self.opened() as client:
            if client.folder_exists(folder):
                client.delete_folder(folder)
            client.create_folder(folder)

    def uids(self, folder: str = "INBOX") -> list[int]:
        """Return the UIDs in a folder."""
        with self.opened(folder) as client:
            return sorted(client.search())

    def reached(self, protocol: str, security: str, **changes: object) -> Mailbox:
        """Return the settings for another protocol or security."""
        ports = {
            ("imap", True): self.dovecot.imaps_port,
            ("imap", False): self.dovecot.imap_port,
            ("pop3", True): self.dovecot.pop3s_port,
            ("pop3", False): self.dovecot.pop3_port,
        }
        port = ports[protocol, security == "tls"]
        return self.at(**{"protocol": protocol, "security": security, "port": port, **changes})

    def at(self, **changes: object) -> Mailbox:
        return self.account.model_copy(update=changes)


def poll(mailbox: Mailbox, after: FetchResult | None = None, **changes: object) -> FetchResult:
    """Poll a mailbox with a new connection, for the first time or after another poll."""
    request = a_fetch_request(mailbox)
    if after:
        faults = (
            after.request.faults + 1 if after.fault and not after.mails else int(bool(after.fault))
        )
        request = replace(
            request,
            checkpoint=after.checkpoint,
            since=after.request.since,
            faults=faults,
            fence=after.request.fence + 1,
            names=after.names if after.names is not None else after.request.names,
        )
    return MailFetcher(AccessTokens())(replace(request, **changes))  # type: ignore[arg-type]


def contents(found: FetchResult) -> list[bytes | None]:
    assert found.fault is None
    return [mail.raw for mail in found.mails]


def reason(found: FetchResult) -> str:
    assert found.fault
    return found.fault.reason
