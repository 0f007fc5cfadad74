"""Conversations with an SMTP server, and an honest account of how each ended (RFC 5321, RFC
3207).
"""

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
from shared.writing.text import clean

Security = Literal["none", "starttls", "tls"]
Reply = tuple[int, bytes]

PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
# Refusals that speak of us and not of the mail: no authentication, or a weak or wrong one (RFC
# 4954, 6).
OURS = frozenset({530, 534, 535, 538})
# Temporary refusals that ask us to slow down, by their code, status (RFC 3463) or words.
SLOWER = re.compile(
    r"^421 4\.7\.|^4\d\d 4\.(5\.3|7\.28)\b|too many|too fast|\brate\b|throttl", re.IGNORECASE
)
MOST_MAILS = 100  # over one connection
LONGEST_IDLE = 20  # seconds that a connection is kept for the next mail
LONGEST_REASON = 500
TROUBLE = (
    smtplib.SMTPException,
    OSError,
    ValueError,
)  # ValueError: a name or password that cannot be written


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `security`: `starttls` and `tls` are demanded, never only tried.

    `timeout`: seconds for connecting, and for each answer. Each thread keeps its connection for the
    next mail.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    kept: threading.local = field(
        init=False, default_factory=threading.local, compare=False, repr=False
    )

    def send(self, mail: OutgoingMail) -> Outcome:
        """Hands a mail over. Raises nothing for the server's or the network's sake."""
        try:
            line = self._kept_line() or _Line(self._connect())
        except TROUBLE as error:  # nothing was said about this mail yet
            return Outcome(_temporary(_reason(error)), self._trouble(error), mail.attempt)
        conversation = _Conversation(line.server, mail)
        try:
            return conversation.hold()
        finally:
            line.mails += 1
            line.since = time.monotonic()
            if conversation.orderly and line.mails < MOST_MAILS:
                self.kept.line = line
            else:
                line.end()

    def close(self) -> None:
        """Ends the connection that this thread keeps."""
        line: _Line | None = self.kept.__dict__.pop("line", None)
        if line:
            line.end()

    def _trouble(self, error: BaseException) -> str:
        """Why nothing can be given to the server; with its name, since a shop may have one of its
        own.
        """
        where = f"{self.host}:{self.port}"
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return clean(f"{where} cannot do what the settings demand: {error}")[:LONGEST_REASON]
        if isinstance(error, ssl.SSLCertVerificationError):
            return clean(f"The certificate of {where} is not accepted: {error.verify_message}.")[
                :LONGEST_REASON
            ]
        if isinstance(error, ssl.SSLError):
            return clean(f"{where} does not speak TLS as it should: {error}")[:LONGEST_REASON]
        if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPResponseException):
            return clean(f"{where} cannot be reached: {error.strerror or error}.")[:LONGEST_REASON]
        return _reason(error)

    def _kept_line(self) -> "_Line | None":
        """The connection of the mail before, if the server still listens."""
        line: _Line | None = self.kept.__dict__.pop("line", None)
        if line is None or line.listens():
            return line
        line.end()
        return None

    def _connect(self) -> smtplib.SMTP:
        """A server that may be given mail."""
        server = self._dial()
        try:
            server.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                server.starttls(context=self.trust())
                server.ehlo_or_helo_if_needed()
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
class _Line:
    """A connection with what was sent over it; `since` is on the monotonic clock."""

    server: smtplib.SMTP
    mails: int = 0
    since: float = 0.0

    def listens(self) -> bool:
        """Asks with RSET, so that a mail is never the first to learn that the other side hung
        up.
        """
        if time.monotonic() - self.since > LONGEST_IDLE:
            return False
        with suppress(*TROUBLE):
            return self.server.rset()[0] == 250
        return False

    def end(self) -> None:
        with suppress(*TROUBLE):
            self.server.send(b"QUIT\r\n")  # its answer would change nothing and may take long
        self.server.close()


@dataclass
class _Conversation:
    """MAIL, RCPT, DATA. `given`: the last byte of the mail was given away, so that the server may
    have taken it; `orderly`: each side knows where the other is.
    """

    server: smtplib.SMTP
    mail: OutgoingMail
    given: bool = False
    orderly: bool = False

    def hold(self) -> Outcome:
        try:
            return self._say_it()
        except TROUBLE as error:
            reason = _reason(error)
            return self._end("unknown" if self.given else _temporary(reason), reason)

    def _say_it(self) -> Outcome:
        if self.mail.international and not self.server.has_extn("smtputf8"):
            return self._end(
                "permanent",
                "The server takes no addresses with other letters than ASCII (SMTPUTF8).",
            )
        options = ["SMTPUTF8"] if self.mail.international else []
        steps: tuple[tuple[Callable[[], Reply], int], ...] = (
            (lambda: self.server.mail(self.mail.sender, options), 250),
            (lambda: self.server.rcpt(self.mail.recipient), 250),
            (lambda: self.server.docmd("DATA"), 354),
            (self._give, 250),
        )
        for step, wanted in steps:
            code, text = step()
            if code // 10 != wanted // 10:
                return self._refused(code, text)
        self.orderly = True
        return self._end("sent", _answer(code, text))

    def _give(self) -> Reply:
        # The end mark is in the same write: while the write fails, the server cannot have seen it.
        self.server.send(stuffed(self.mail.content) + b".\r\n")
        self.given = True
        return self.server.getreply()

    def _refused(self, code: int, text: bytes) -> Outcome:
        if not 400 <= code < 600:  # no answer that SMTP knows
            return self._end("unknown" if self.given else "temporary", _answer(code, text))
        reason, self.orderly = _answer(code, text), code != 421
        return self._end(
            "permanent" if code >= 500 and code not in OURS else _temporary(reason), reason
        )

    def _end(self, kind: Kind, reason: str) -> Outcome:
        return Outcome(kind, reason, self.mail.attempt)


def stuffed(content: bytes) -> bytes:
    """A mail as DATA carries it: lines end with CRLF, a dot at a line's beginning is doubled (RFC
    5321, 4.5.2).
    """
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _temporary(reason: str) -> Kind:
    return "rate" if SLOWER.search(reason) else "temporary"


def _answer(code: int, text: bytes) -> str:
    return clean(f"{code} {text.decode('utf-8', 'replace')}")[:LONGEST_REASON]


def _reason(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _answer(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return clean(f"{type(error).__name__}: {error}")[:LONGEST_REASON]
