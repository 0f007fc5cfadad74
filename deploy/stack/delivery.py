"""Deliver accepted mail to mailboxes by LMTP, and pass on the mailboxes' own refusals."""

import asyncio
import smtplib
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.stack.ports import LOOPBACK

ANSWER_SECONDS = 60
UNREACHABLE = "451 4.3.0 The mailboxes do not answer: try again later"


class MailboxDelivery:
    """A handler for aiosmtpd. It accepts a recipient if the mailbox does, and a mail once it is
    stored. Mails to addresses without a mailbox go to `catch_all`, unless it is empty.
    """

    def __init__(self, lmtp_port: int, catch_all: str = "") -> None:
        self._port = lmtp_port
        self._catch_all = catch_all

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Answer for one recipient."""
        reply = await asyncio.to_thread(self._ask, address)
        if reply.startswith("5") and self._catch_all:
            address = self._catch_all
            reply = await asyncio.to_thread(self._ask, address)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer for the mail: 250 when every recipient has it, else 451, and the client sends
        it to all again.
        """
        content = envelope.content
        mail = content.encode() if isinstance(content, str) else content or b""
        sender, replies = envelope.mail_from or "", []
        for recipient in envelope.rcpt_tos:
            replies.append(await asyncio.to_thread(self._deliver, sender, recipient, mail))
        failures = [reply for reply in replies if not reply.startswith("250")]
        if failures:
            return f"451 4.3.0 Not delivered to {len(failures)} of {len(replies)}: {failures[0]}"
        return replies[0]

    def _ask(self, recipient: str) -> str:
        try:
            with self._connect() as line:
                line.mail("")
                return _reply(*line.rcpt(recipient))
        except (OSError, smtplib.SMTPException):
            return UNREACHABLE

    def _deliver(self, sender: str, recipient: str, mail: bytes) -> str:
        # One recipient at a time: LMTP answers the data once for each, which smtplib does not
        # expect.
        try:
            with self._connect() as line:
                line.mail(sender, [] if mail.isascii() else ["BODY=8BITMIME"])
                code, words = line.rcpt(recipient)
                if code != 250:
                    return _reply(code, words)
                return _reply(*line.data(mail))
        except (OSError, smtplib.SMTPException):
            return UNREACHABLE

    def _connect(self) -> smtplib.LMTP:
        # Without a name, smtplib looks up our own host name, which may take seconds.
        line = smtplib.LMTP(
            LOOPBACK, self._port, local_hostname="localhost", timeout=ANSWER_SECONDS
        )
        line.ehlo()
        return line


def _reply(code: int, words: Any) -> str:
    return f"{code} {words.decode(errors='replace')}".replace("\n", " ")
