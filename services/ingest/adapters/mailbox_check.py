"""Check whether a mailbox can be read, without changing anything, and give advice where it
cannot.
"""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from imapclient import IMAPClient

from services.ingest.adapters.connection import (
    CONNECTION_ERRORS,
    SHORT_TIMEOUTS,
    FolderMissing,
    fault_of,
)
from services.ingest.adapters.imap import log_in
from services.ingest.adapters.imap_folder import disconnect, examine
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.pop3 import session
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Fault
from shared.contracts.ingest import MailboxFault

ADVICE: Mapping[MailboxFault, str] = {
    "login_refused": (
        "Check user and password, and whether the account may use this protocol; many providers"
        " require a separate password for programs, or 'oauth'."
    ),
    "token_refused": "Check 'oauth' (token_url, client_id, scope) and the client's secret.",
    "no_starttls": (
        "Use the option 'ssl' if the server supports it; 'notls' sends everything unencrypted."
    ),
    "certificate": (
        "Use the host name of the certificate, or set 'ca_file' to the certificate of its issuer;"
        " 'novalidate-cert' accepts any certificate."
    ),
    "unreachable": "Check host, port, name server and firewall.",
    "timeout": "Check whether the port fits 'security', and whether a firewall drops packets.",
    "broken_off": "Check whether the port fits 'security'.",
    "folder_missing": (
        "Write the folder as the server names it, with its separator; create it, or name another."
    ),
    "protocol": "Check whether the port fits 'protocol' and 'security'.",
}


@dataclass(frozen=True)
class CheckResult:
    """The result of a check. `seen`: facts that are fine; `notes`: warnings about settings that
    work; `fault`: why the mailbox cannot be read, or None.
    """

    seen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fault: Fault | None = None


def check(mailbox: Mailbox, tokens: AccessTokens) -> CheckResult:
    """Log in to a mailbox and open its folder. Never raises for errors of network, server or
    login: they are the result's `fault`.
    """
    notes = tuple(_notes(mailbox))
    try_mailbox = _try_pop3 if mailbox.protocol == "pop3" else _try_imap
    try:
        seen = try_mailbox(mailbox, tokens)
    except CONNECTION_ERRORS as error:
        return CheckResult(notes=notes, fault=fault_of(mailbox, error))
    return CheckResult(seen, notes)


def _notes(mailbox: Mailbox) -> Iterator[str]:
    if mailbox.security == "none":
        yield "Nothing is encrypted: password and mails can be read on the network."
    elif not mailbox.verify_certificate:
        yield "The certificate is not checked: an attacker on the network could read everything."


def _try_imap(mailbox: Mailbox, tokens: AccessTokens) -> tuple[str, ...]:
    client = log_in(mailbox, tokens, SHORT_TIMEOUTS)
    try:
        status = examine(client, mailbox.folder)
        if mailbox.move_to and not client.folder_exists(mailbox.move_to):
            raise FolderMissing(mailbox.move_to)
        return (
            _encryption(client.socket()),
            f"mails in '{mailbox.folder}': {status[b'EXISTS']:,}",
            _announcement(client),
        )
    finally:
        disconnect(client)


def _announcement(client: IMAPClient) -> str:
    if client.has_capability("IDLE"):
        return "the server announces new mail at once (IDLE)"
    return "the server does not announce new mail (no IDLE): it is polled"


def _try_pop3(mailbox: Mailbox, tokens: AccessTokens) -> tuple[str, ...]:
    with session(mailbox, tokens, SHORT_TIMEOUTS) as client:
        names = client.uidl()[1]
        return (
            _encryption(client.sock),
            f"mails: {len(names):,}",
            "POP3 does not announce new mail: it is polled",
        )


def _encryption(connection: object) -> str:
    if isinstance(connection, ssl.SSLSocket):
        return str(connection.version()).replace("TLSv", "TLS ")
    return "not encrypted"
