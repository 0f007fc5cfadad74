"""SMTP transactions, and the certain or uncertain result of each (RFC 5321, RFC 3207)."""

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from services.notify.domain.mime import OutgoingMail
from services.notify.domain.sending import Kind, Outcome
from shared.runtime import certificates
from shared.writing.text import clean

Security = Literal["none", "starttls", "tls"]
Reply = tuple[int, bytes]

PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
# Refusals because of our authentication: missing, too weak or wrong (RFC 4954, 6).
NOT_ABOUT_THE_MAIL = frozenset({530, 534, 535, 538})
# Temporary refusals that ask us to slow down, by code, status (RFC 3463) or text.
SLOW_DOWN = re.compile(
    r"^421 4\.7\.|^4\d\d 4\.(5\.3|7\.28)\b|too many|too fast|\brate\b|throttl", re.IGNORECASE
)
MAX_MAILS = 100  # over one connection
MAX_IDLE = 20  # seconds that a connection waits for the next mail
MAX_REASON = 500
TROUBLE = (
    smtplib.SMTPException,
    OSError,
    ValueError,
)  # ValueError: a name or password that cannot be encoded


@dataclass(frozen=True)
class SmtpServer:
    """An SMTP server to send mail through. `security`: `starttls` and `tls` are required, never
    optional.

    `timeout`: seconds for connecting, and for each answer. Each thread reuses its connection for
    the next mail.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    idle: threading.local = field(
        init=False, default_factory=threading.local, compare=False, repr=False
    )

    def send(self, mail: OutgoingMail) -> Outcome:
        """Send a mail. Errors of the server or the network are returned as an outcome, never
        raised.
        """
        try:
            connection = self._idle_connection() or _Connection(self._connect())
        except TROUBLE as error:  # the mail was not mentioned to the server yet
            return Outcome(_temporary(_reason(error)), self._trouble(error), mail.attempt)
        transaction = _Transaction(connection.server, mail)
        try:
            return transaction.run()
        finally:
            connection.mails += 1
            connection.since = time.monotonic()
            if transaction.in_sync and connection.mails < MAX_MAILS:
                self.idle.connection = connection
            else:
                connection.end()

    def close(self) -> None:
        """Close the idle connection of this thread."""
        connection: _Connection | None = self.idle.__dict__.pop("connection", None)
        if connection:
            connection.end()

    def _trouble(self, error: BaseException) -> str:
        """Return why the server cannot be used. Include its name, since a shop may have a server of
        its own.
        """
        where = f"{self.host}:{self.port}"
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return clean(f"{where} lacks what the settings require: {error}")[:MAX_REASON]
        if isinstance(error, ssl.SSLCertVerificationError):
            return clean(f"The certificate of {where} is not accepted: {error.verify_message}.")[
                :MAX_REASON
            ]
        if isinstance(error, ssl.SSLError):
            return clean(f"{where} does not speak TLS correctly: {error}")[:MAX_REASON]
        if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPResponseException):
            return clean(f"{where} cannot be reached: {error.strerror or error}.")[:MAX_REASON]
        return _reason(error)

    def _idle_connection(self) -> "_Connection | None":
        """Return the connection of the previous mail if the server still answers."""
        connection: _Connection | None = self.idle.__dict__.pop("connection", None)
        if connection is None or connection.is_alive():
            return connection
        connection.end()
        return None

    def _connect(self) -> smtplib.SMTP:
        """Return a connection that is ready for mail."""
        server = self._dial()
        try:
            server.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                server.starttls(context=self.trust())
                server.ehlo_or_helo_if_needed()
            certificates.note(self.host, self.port, server.sock)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _dial(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=self.trust()
            )
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)


@dataclass
class _Connection:
    """A connection and the number of mails sent over it; `since` is monotonic time of
    the last use.
    """

    server: smtplib.SMTP
    mails: int = 0
    since: float = 0.0

    def is_alive(self) -> bool:
        """Return whether the server answers RSET, so that no mail is lost to a closed
        connection.
        """
        if time.monotonic() - self.since > MAX_IDLE:
            return False
        with suppress(*TROUBLE):
            return self.server.rset()[0] == 250
        return False

    def end(self) -> None:
        with suppress(*TROUBLE):
            self.server.send(b"QUIT\r\n")  # the answer does not matter and may take long
        self.server.close()


@dataclass
class _Transaction:
    """One MAIL, RCPT, DATA sequence. `sent_whole`: the last byte was written, so the server may
    have accepted the mail; `in_sync`: the protocol state is known, so the connection can be reused.
    """

    server: smtplib.SMTP
    mail: OutgoingMail
    sent_whole: bool = False
    in_sync: bool = False

    def run(self) -> Outcome:
        try:
            return self._run()
        except TROUBLE as error:
            reason = _reason(error)
            return self._end("unknown" if self.sent_whole else _temporary(reason), reason)

    def _run(self) -> Outcome:
        if self.mail.international and not self.server.has_extn("smtputf8"):
            return self._end(
                "permanent",
                "The server accepts only ASCII addresses (it lacks SMTPUTF8).",
            )
        options = ["SMTPUTF8"] if self.mail.international else []
        steps: tuple[tuple[Callable[[], Reply], int], ...] = (
            (lambda: self.server.mail(self.mail.sender, options), 250),
            (lambda: self.server.rcpt(self.mail.recipient), 250),
            (lambda: self.server.docmd("DATA"), 354),
            (self._send_content, 250),
        )
        for step, wanted in steps:
            code, text = step()
            if code // 10 != wanted // 10:
                return self._refused(code, text)
        self.in_sync = True
        return self._end("sent", _answer(code, text))

    def _send_content(self) -> Reply:
        # The final dot is in the same write: if the write fails, the server cannot have seen it.
        self.server.send(stuffed(self.mail.content) + b".\r\n")
        self.sent_whole = True
        return self.server.getreply()

    def _refused(self, code: int, text: bytes) -> Outcome:
        if not 400 <= code < 600:  # not a reply code of SMTP
            return self._end("unknown" if self.sent_whole else "temporary", _answer(code, text))
        reason, self.in_sync = _answer(code, text), code != 421
        if code >= 500 and code not in NOT_ABOUT_THE_MAIL:
            return self._end("permanent", reason)
        return self._end(_temporary(reason), reason)

    def _end(self, kind: Kind, reason: str) -> Outcome:
        return Outcome(kind, reason, self.mail.attempt)


def stuffed(content: bytes) -> bytes:
    """Return a mail as DATA carries it: CRLF line ends, and leading dots doubled (RFC
    5321, 4.5.2).
    """
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    if lines.endswith(b"\r\n"):
        return lines
    return lines + b"\r\n"


def _temporary(reason: str) -> Kind:
    if SLOW_DOWN.search(reason):
        return "rate"
    return "temporary"


def _answer(code: int, text: bytes) -> str:
    return clean(f"{code} {text.decode('utf-8', 'replace')}")[:MAX_REASON]


def _reason(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _answer(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return clean(f"{type(error).__name__}: {error}")[:MAX_REASON]
