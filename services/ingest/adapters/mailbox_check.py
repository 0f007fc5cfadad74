"""Tries what a look into a mailbox needs, without changing anything, and says what was seen or what
to do.
"""

import poplib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from imapclient import IMAPClient

from services.ingest.adapters.connection import LITTLE_PATIENCE, TROUBLE, FolderMissing, fault_of
from services.ingest.adapters.imap import examine, log_in, shut
from services.ingest.adapters.oauth import Tokens
from services.ingest.adapters.pop3 import session
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Fault
from shared.contracts.ingest import MailboxFault

ADVICE: Mapping[MailboxFault, str] = {
    "login_refused": (
        "Look whether user and password are right, and whether the account may use this protocol;"
        " many providers demand a password of its own for programs, or 'oauth'."
    ),
    "token_refused": "Look at 'oauth' (token_url, client_id, scope) and at the client's secret.",
    "no_starttls": (
        "Use the option 'ssl' if the server offers it; 'notls' sends everything in the clear."
    ),
    "certificate": (
        "Name the host as its certificate does, or give the file of who signed it as 'ca_file'; "
        "'novalidate-cert' trusts anybody."
    ),
    "unreachable": "Look at host and port, at the name server and at the firewall.",
    "timeout": (
        "Look whether the port is the right one for 'security', and whether a firewall swallows the"
        " connection."
    ),
    "broken_off": "Look whether the port is the right one for 'security'.",
    "folder_missing": (
        "Folders are named as the server does, with its separator; create it, or name another."
    ),
    "protocol": "Look whether the port is the right one for 'protocol' and 'security'.",
}


@dataclass(frozen=True)
class Checked:
    """`seen`: what is well; `notes`: what works but should be known; `fault`: why the mailbox
    cannot be read.
    """

    seen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fault: Fault | None = None


def check(mailbox: Mailbox, tokens: Tokens) -> Checked:
    """Never raises for trouble with network, server or login."""
    notes = tuple(_notes(mailbox))
    try:
        seen = (
            _by_pop3(mailbox, tokens) if mailbox.protocol == "pop3" else _by_imap(mailbox, tokens)
        )
    except TROUBLE as error:
        return Checked(notes=notes, fault=fault_of(mailbox, error))
    return Checked(seen, notes)


def _notes(mailbox: Mailbox) -> Iterator[str]:
    if mailbox.security == "none":
        yield "Nothing is encrypted: password and mails can be read on the way."
    elif not mailbox.verify_certificate:
        yield "The certificate is not checked: whoever sits between can read everything."


def _by_imap(mailbox: Mailbox, tokens: Tokens) -> tuple[str, ...]:
    client = log_in(mailbox, tokens, LITTLE_PATIENCE)
    try:
        status = examine(client, mailbox.folder)
        if mailbox.move_to and not client.folder_exists(mailbox.move_to):
            raise FolderMissing(mailbox.move_to)
        return (
            _encryption(client.socket()),
            f"{status[b'EXISTS']:,} mails in '{mailbox.folder}'",
            *_abilities(client),
        )
    finally:
        shut(client)


def _abilities(client: IMAPClient) -> Iterator[str]:
    if client.has_capability("IDLE"):
        yield "the server tells at once when mail comes (IDLE)"
    else:
        yield "the server does not tell when mail comes (no IDLE): it is polled"


def _by_pop3(mailbox: Mailbox, tokens: Tokens) -> tuple[str, ...]:
    with session(mailbox, tokens, LITTLE_PATIENCE) as client:
        count = len(_names(client))
        return (
            _encryption(client.sock),
            f"{count:,} mails",
            "POP3 never tells when mail comes: it is polled",
        )


def _names(client: poplib.POP3) -> list[bytes]:
    return client.uidl()[1]


def _encryption(line: object) -> str:
    return (
        str(line.version()).replace("TLSv", "TLS ")
        if isinstance(line, ssl.SSLSocket)
        else "not encrypted"
    )
