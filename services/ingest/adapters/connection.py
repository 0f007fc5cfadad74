"""What connections to mail servers of both protocols share: encryption, never hanging, and troubles
in sentences.
"""

import imaplib
import poplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from threading import Event, Timer

from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Fault
from shared.contracts.ingest import MailboxFault

CUT = 60.0  # seconds after which a step is cut off, however busily a slow server still speaks


@dataclass(frozen=True)
class Patience:
    """Seconds: to connect, and for a single answer."""

    connect: float
    read: float


PATIENCE = Patience(connect=10, read=30)
LITTLE_PATIENCE = Patience(connect=5, read=5)
"""With a server that failed at the last look: whoever waits behind it has waited once."""


class NoEncryption(Exception):
    """The server offers none, and the mailbox demands it."""


class LoginRefused(Exception):
    """With the server's words."""


class TokenRefused(Exception):
    """No access token is to be had; with the reason."""


class FolderMissing(Exception):
    """With its name."""


class NoTrust(Exception):
    """The file of whom to trust cannot be used; with the reason."""


TROUBLE = (
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
    NoTrust,
)


def tls_context(mailbox: Mailbox) -> ssl.SSLContext:
    """Trusts whom the mailbox trusts. Raises `NoTrust` for a `ca_file` that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=mailbox.ca_file)
    except ssl.SSLError:
        raise NoTrust("it holds no certificate") from None
    except OSError as error:
        raise NoTrust(error.strerror) from None
    if not mailbox.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def secret(mailbox: Mailbox) -> str:
    """The password."""
    return mailbox.password.get_secret_value() if mailbox.password else ""


@contextmanager
def cut_after(seconds: float, line: Callable[[], socket.socket]) -> Iterator[None]:
    """Cuts the connection when the step is not done in time, which the timeout of single reads does
    not do: a server may send a byte now and then. Raises `TimeoutError`.
    """
    too_late = Event()
    timer = Timer(seconds, _cut, [line, too_late])
    timer.daemon = True
    timer.start()
    try:
        yield
    except TROUBLE:
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
    """What went wrong, for the person who looks after the mailbox; never with the password."""
    server, said = mailbox.server, _words(error)
    if (
        isinstance(error, poplib.error_proto) and said == "-ERR EOF"
    ):  # poplib's word for a connection that ended
        return Fault("broken_off", f"{server} broke off in the middle.")
    faults: list[
        tuple[type[BaseException] | tuple[type[BaseException], ...], MailboxFault, str]
    ] = [
        (
            (LoginError, LoginRefused),
            "login_refused",
            f"{server} refused the login of '{mailbox.user}': {said}",
        ),
        (TokenRefused, "token_refused", f"No access token for '{mailbox.user}': {said}"),
        (
            (NoEncryption, CapabilityError),
            "no_starttls",
            f"{server} offers no STARTTLS, which the mailbox '{mailbox.name}' demands.",
        ),
        (
            FolderMissing,
            "folder_missing",
            f"{server} has no folder '{error}' for '{mailbox.user}'.",
        ),
        (NoTrust, "certificate", f"The file '{mailbox.ca_file}' (ca_file) cannot be used: {said}."),
        (
            ssl.SSLCertVerificationError,
            "certificate",
            f"The certificate of {server} is not accepted: {said}",
        ),
        (ssl.SSLError, "protocol", f"{server} does not speak TLS as it should: {said}"),
        (TimeoutError, "timeout", f"{server} did not answer in time."),
        ((imaplib.IMAP4.abort, EOFError), "broken_off", f"{server} broke off: {said}"),
        (OSError, "unreachable", f"{server} cannot be reached: {said}"),
    ]
    general = Fault("protocol", f"{server} answered with an error: {said}")
    return next(
        (Fault(code, reason) for kind, code, reason in faults if isinstance(error, kind)), general
    )


def _words(error: BaseException) -> str:
    """What a server or the system said. poplib hands over bytes."""
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else _unquoted(said)
    return " ".join(text.replace("\x00", "").split())[:300]


def _unquoted(said: str) -> str:
    """Without what the libraries make of it: bytes are shown as Python writes them, a greeting that
    is none as None.
    """
    if said == "None":
        return "it does not greet as a mail server of this protocol"
    return re.sub(r"""^b(['"])(.*)\1$""", r"\2", said, flags=re.DOTALL)
