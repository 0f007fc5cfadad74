"""Shared parts of connections to IMAP and POP3 servers: TLS, time limits, and errors as
sentences.
"""

import imaplib
import os
import poplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from socket import SHUT_RDWR
from threading import Event, Timer

from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Fault
from shared.contracts.ingest import MailboxFault

STEP_TIMEOUT = 60.0  # seconds for a whole step, even while a slow server keeps sending


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, and to wait for a single answer."""

    connect: float
    read: float


TIMEOUTS = Timeouts(connect=10, read=30)
SHORT_TIMEOUTS = Timeouts(connect=5, read=5)
"""Used for a server that failed at the last poll, so that other mailboxes wait less for it."""


def timeouts_for(faults: int) -> Timeouts:
    """Return the timeouts for a mailbox after some faults in a row."""
    if faults:
        return SHORT_TIMEOUTS
    return TIMEOUTS


class NoEncryption(Exception):
    """The server offers no STARTTLS, and the mailbox demands it."""


class LoginRefused(Exception):
    """The server refused the login; holds the server's answer."""


class TokenRefused(Exception):
    """No access token was issued; holds the reason."""


class FolderMissing(Exception):
    """The folder does not exist; holds its name."""


class InvalidCaFile(Exception):
    """The `ca_file` of the mailbox cannot be used; holds the reason."""


ErrorTypes = type[BaseException] | tuple[type[BaseException], ...]
CONNECTION_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    IMAPClientError,
    imaplib.IMAP4.error,
    poplib.error_proto,
    NoEncryption,
    LoginRefused,
    TokenRefused,
    FolderMissing,
    InvalidCaFile,
)


def tls_context(mailbox: Mailbox) -> ssl.SSLContext:
    """Return the TLS context of a mailbox, with its certificate authorities. Raises `InvalidCaFile`
    for a `ca_file` that cannot be used.
    """
    default = ssl.get_default_verify_paths()
    try:
        trusted = str(mailbox.ca_file or default.cafile or default.capath or "")
        return _context(trusted, _changed(trusted), mailbox.ca_file, mailbox.verify_certificate)
    except ssl.SSLError:
        raise InvalidCaFile("it holds no certificate") from None
    except OSError as error:
        raise InvalidCaFile(error.strerror) from None


@lru_cache(maxsize=16)  # each takes 0.8 MB: all mailboxes with the same authorities share one
def _context(_trusted: str, _changed: int, ca_file: Path | None, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _changed(path: str) -> int:
    """Return when the certificates were changed, in nanoseconds; 0 if the system has none."""
    return os.stat(path).st_mtime_ns if path else 0


def password_of(mailbox: Mailbox) -> str:
    """Return the password of a mailbox; empty where it has none."""
    if mailbox.password is None:
        return ""
    return mailbox.password.get_secret_value()


@contextmanager
def abort_after(seconds: float, line: Callable[[], socket.socket]) -> Iterator[None]:
    """Shut the connection down when the block takes longer than `seconds`, and raise
    `TimeoutError`.

    The timeout of single reads is not enough: a slow server may send a byte now and then.
    """
    too_late = Event()
    timer = Timer(seconds, _cut, [line, too_late])
    timer.daemon = True
    timer.start()
    try:
        yield
    except CONNECTION_ERRORS:
        if too_late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


def _cut(line: Callable[[], socket.socket], too_late: Event) -> None:
    too_late.set()
    with suppress(OSError):
        line().shutdown(SHUT_RDWR)


def fault_of(mailbox: Mailbox, error: BaseException) -> Fault:
    """Return the error as a code and a sentence for the operator of the mailbox; never with the
    password.
    """
    server, said = mailbox.server, _message(error)
    # poplib raises this when the server closes the connection.
    if isinstance(error, poplib.error_proto) and said == "-ERR EOF":
        return Fault("broken_off", f"{server} closed the connection unexpectedly.")
    faults: list[tuple[ErrorTypes, MailboxFault, str]] = [
        (
            (LoginError, LoginRefused),
            "login_refused",
            f"{server} refused the login of '{mailbox.user}': {said}",
        ),
        (TokenRefused, "token_refused", f"No access token for '{mailbox.user}': {said}"),
        (
            (NoEncryption, CapabilityError),
            "no_starttls",
            f"{server} offers no STARTTLS, which the mailbox '{mailbox.name}' requires.",
        ),
        (
            FolderMissing,
            "folder_missing",
            f"{server} has no folder '{error}' for '{mailbox.user}'.",
        ),
        (
            InvalidCaFile,
            "certificate",
            f"The file '{mailbox.ca_file}' (ca_file) cannot be used: {said}.",
        ),
        (
            ssl.SSLCertVerificationError,
            "certificate",
            f"The certificate of {server} is not accepted: {said}",
        ),
        (ssl.SSLError, "protocol", f"TLS with {server} failed: {said}"),
        (TimeoutError, "timeout", f"{server} did not answer in time."),
        ((imaplib.IMAP4.abort, EOFError), "broken_off", f"{server} closed the connection: {said}"),
        (OSError, "unreachable", f"{server} cannot be reached: {said}"),
    ]
    for kind, code, sentence in faults:
        if isinstance(error, kind):
            return Fault(code, sentence)
    return Fault("protocol", f"{server} answered with an error: {said}")


def _message(error: BaseException) -> str:
    """Return the message of a server or of the operating system. poplib raises it as bytes."""
    text = _unquoted(str(error))
    if error.args and isinstance(error.args[0], bytes):
        text = error.args[0].decode("utf-8", "replace")

    return " ".join(text.replace("\x00", "").split())[:300]


def _unquoted(said: str) -> str:
    """Return a message without artefacts of the libraries: bytes shown as a Python literal, or
    `None` for a greeting that is not one.
    """
    if said == "None":
        return "its greeting is not that of a mail server with this protocol"
    return re.sub(r"""^b(['"])(.*)\1$""", r"\2", said, flags=re.DOTALL)
