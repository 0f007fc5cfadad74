"""Connect to SMTP servers, and send mails over connections that are reused (RFC 5321, RFC 3207)."""

import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from services.notify.adapters.smtp_transaction import (
    MAX_REASON,
    TROUBLE,
    Transaction,
    reason,
    temporary,
)
from services.notify.domain.mime import OutgoingMail
from services.notify.domain.sending import Outcome
from shared.runtime import certificates
from shared.writing.text import clean

Security = Literal["none", "starttls", "tls"]
PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
MAX_MAILS = 100  # over one connection
MAX_IDLE = 20  # seconds that a connection waits for the next mail


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
        connection = self._idle_connection()
        if connection:
            transaction = self._carry_out(mail, connection)
            if not transaction.nothing_sent:
                return transaction.outcome
            # The server had closed the connection: it cannot have the mail.
        try:
            connection = _Connection(self._connect())
        except TROUBLE as error:  # the mail was not mentioned to the server yet
            return Outcome(temporary(reason(error)), self._trouble(error), mail.attempt)
        return self._carry_out(mail, connection).outcome

    def _carry_out(self, mail: OutgoingMail, connection: "_Connection") -> "Transaction":
        """Send a mail over a connection, which waits for the next mail afterwards."""
        transaction = Transaction(connection.server, mail, reset=connection.needs_reset)
        try:
            transaction.run()
        finally:
            connection.mails += 1
            connection.since = time.monotonic()
            connection.needs_reset = transaction.outcome.kind != "sent"
            if transaction.in_sync and connection.mails < MAX_MAILS:
                self.idle.connection = connection
            else:
                connection.end()
        return transaction

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
        return reason(error)

    def _idle_connection(self) -> "_Connection | None":
        """Return the connection of the previous mail, unless the server may have closed it."""
        connection: _Connection | None = self.idle.__dict__.pop("connection", None)
        if connection is None or not connection.is_old():
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
    """A connection and the number of mails sent over it; `since` is monotonic time of the last use,
    `needs_reset`: the last mail was refused.
    """

    server: smtplib.SMTP
    mails: int = 0
    since: float = 0.0
    needs_reset: bool = False

    def is_old(self) -> bool:
        """Return whether the connection waited so long that the server may have closed it."""
        return time.monotonic() - self.since > MAX_IDLE

    def end(self) -> None:
        with suppress(*TROUBLE):
            self.server.send(b"QUIT\r\n")  # the answer does not matter and may take long
        self.server.close()
