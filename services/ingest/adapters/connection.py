"""A connection to an IMAP server: opened as the settings demand, never hanging, and its troubles in sentences."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from threading import Event, Timer

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from services.ingest.domain.mailbox import Mailbox

CUT = 60.0  # seconds after which a step is cut off, however busily a slow server still speaks
TIMEOUT = SocketTimeout(connect=10, read=30)
TROUBLE = (OSError, EOFError, ValueError, IMAPClientError, imaplib.IMAP4.error)


@contextmanager
def session(mailbox: Mailbox) -> Iterator[IMAPClient]:
    """Logged in. STARTTLS is demanded, not tried. Raises `TROUBLE`."""
    tls = _tls(mailbox)
    client = IMAPClient(
        mailbox.host, mailbox.port, ssl=mailbox.security == "tls", ssl_context=tls, timeout=TIMEOUT
    )
    try:
        client.normalise_times = False
        with cut_after(CUT, client):
            if mailbox.security == "starttls":
                client.starttls(tls)
            _log_in(client, mailbox)
        yield client
        with suppress(*TROUBLE), cut_after(CUT, client):
            client.logout()
    finally:
        with suppress(*TROUBLE):
            client.shutdown()


def _tls(mailbox: Mailbox) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not mailbox.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _log_in(client: IMAPClient, mailbox: Mailbox) -> None:
    password = mailbox.password.get_secret_value() if mailbox.password else ""
    ascii_only = (mailbox.user + password).isascii()  # LOGIN carries nothing else
    (client.login if ascii_only else client.plain_login)(mailbox.user, password)


@contextmanager
def cut_after(seconds: float, client: IMAPClient) -> Iterator[None]:
    """Cuts the connection when the step is not done in time, which the timeout of single reads does not do: a server
    may send a byte now and then. Raises `TimeoutError`.
    """
    too_late = Event()
    timer = Timer(seconds, _cut, [client, too_late])
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


def _cut(client: IMAPClient, too_late: Event) -> None:
    too_late.set()
    with suppress(OSError):
        client.socket().shutdown(SHUT_RDWR)


def fault_sentence(mailbox: Mailbox, error: BaseException) -> str:
    """What went wrong, for the person who looks after the mailbox; never with the password."""
    server = f"{mailbox.host}:{mailbox.port}"
    said = " ".join(str(error).replace("\x00", "").split())[:300]
    sentences: list[tuple[type[BaseException], str]] = [
        (LoginError, f"{server} refused the login of '{mailbox.user}': {said}"),
        (CapabilityError, f"{server} offers no STARTTLS, which the mailbox '{mailbox.name}' demands."),
        (ssl.SSLCertVerificationError, f"The certificate of {server} is not accepted: {said}"),
        (TimeoutError, f"{server} did not answer in time."),
        (imaplib.IMAP4.abort, f"{server} broke off: {said}"),
        (OSError, f"{server} cannot be reached: {said}"),
    ]
    general = f"{server} answered with an error: {said}"
    return next((sentence for kind, sentence in sentences if isinstance(error, kind)), general)
