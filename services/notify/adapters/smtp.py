"""One mail, one conversation with an SMTP server, and an honest account of how it ended (RFC 5321, RFC 3207)."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from services.notify.domain.letter import Parcel
from services.notify.domain.sending import Outcome
from shared.writing.text import clean

Security = Literal["none", "starttls", "tls"]
Reply = tuple[int, bytes]

PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
# Refusals that speak of us and not of the mail: no authentication, or a weak or wrong one (RFC 4954, 6).
OURS = frozenset({530, 534, 535, 538})
LONGEST_REASON = 500
TROUBLE = (smtplib.SMTPException, OSError, ValueError)  # ValueError: a name or password that cannot be written


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `security`: `starttls` and `tls` are demanded, never only tried.

    `timeout`: seconds for connecting, and for each answer.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def send(self, parcel: Parcel) -> Outcome:
        """Hands a mail over. Raises nothing for the server's or the network's sake."""
        try:
            server = self._connect()
        except TROUBLE as error:  # nothing was said about this mail yet
            return Outcome("temporary", _reason(error), parcel.attempt)
        try:
            return _Conversation(server, parcel).hold()
        finally:
            with suppress(*TROUBLE):
                server.send(b"QUIT\r\n")  # its answer would change nothing and may take long
            server.close()

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
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self.trust())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)


@dataclass
class _Conversation:
    """MAIL, RCPT, DATA. `given`: the last byte of the mail was given away, so that the server may have taken it."""

    server: smtplib.SMTP
    parcel: Parcel
    given: bool = False

    def hold(self) -> Outcome:
        try:
            return self._say_it()
        except TROUBLE as error:
            return self._end("unknown" if self.given else "temporary", _reason(error))

    def _say_it(self) -> Outcome:
        if self.parcel.international and not self.server.has_extn("smtputf8"):
            return self._end("permanent", "The server takes no addresses with other letters than ASCII (SMTPUTF8).")
        options = ["SMTPUTF8"] if self.parcel.international else []
        steps: tuple[tuple[Callable[[], Reply], int], ...] = (
            (lambda: self.server.mail(self.parcel.sender, options), 250),
            (lambda: self.server.rcpt(self.parcel.recipient), 250),
            (lambda: self.server.docmd("DATA"), 354),
            (self._give, 250),
        )
        for step, wanted in steps:
            code, text = step()
            if code // 10 != wanted // 10:
                return self._refused(code, text)
        return self._end("sent", _answer(code, text))

    def _give(self) -> Reply:
        # The end mark is in the same write: while the write fails, the server cannot have seen it.
        self.server.send(stuffed(self.parcel.content) + b".\r\n")
        self.given = True
        return self.server.getreply()

    def _refused(self, code: int, text: bytes) -> Outcome:
        if not 400 <= code < 600:  # no answer that SMTP knows
            return self._end("unknown" if self.given else "temporary", _answer(code, text))
        return self._end("permanent" if code >= 500 and code not in OURS else "temporary", _answer(code, text))

    def _end(self, kind: Literal["sent", "temporary", "permanent", "unknown"], reason: str) -> Outcome:
        return Outcome(kind, reason, self.parcel.attempt)


def stuffed(content: bytes) -> bytes:
    """A mail as DATA carries it: lines end with CRLF, a dot at a line's beginning is doubled (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _answer(code: int, text: bytes) -> str:
    return clean(f"{code} {text.decode('utf-8', 'replace')}")[:LONGEST_REASON]


def _reason(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _answer(error.smtp_code, text if isinstance(text, bytes) else text.encode())
    return clean(f"{type(error).__name__}: {error}")[:LONGEST_REASON]
