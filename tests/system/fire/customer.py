"""A customer under fire: writes to the shops, and answers their mails."""

import random
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from smtplib import SMTPException

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from deploy.demo.customer import answer, send
from deploy.stack.local import CUSTOMER_MAILBOX, LocalStack
from deploy.stack.ports import LOOPBACK
from tests.actor import Actor
from tests.system.fire.evidence import Written
from tests.system.fire.stack import SHOPS, mailbox_of

NEWEST = 20  # mails, of which one is answered


class Customer(Actor):
    """Writes a mail about every `pause` seconds. `written` are all of them."""

    def __init__(self, stack: LocalStack, pause: float, seed: int) -> None:
        super().__init__("customer")
        self.stack, self.pause = stack, pause
        self.written: list[Written] = []
        self._chance = random.Random(f"{seed} customer")

    def act(self) -> None:
        while not self.stopping.wait(self.pause * self._chance.uniform(0.5, 1.5)):
            self._write()

    def accepted(self) -> int:
        """Count the mails that the mail server confirmed."""
        return sum(written.accepted for written in self.written)

    def _write(self) -> None:
        first = self._mail_of_the_shop() if self._chance.random() < 0.5 else None
        if first is None:
            mail, answers = self._new_mail(), ""
        else:
            mail, answers = answer(first, CUSTOMER_MAILBOX, "Thank you. When?"), first["Message-ID"]
        try:
            send(mail, LOOPBACK, self.stack.smtp.port)
            accepted = True
        except (OSError, SMTPException):  # nobody knows
            accepted = False
        self.written.append(Written(str(mail["Message-ID"]), str(answers), accepted))

    def _new_mail(self) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = CUSTOMER_MAILBOX, mailbox_of(self._chance.choice(SHOPS))
        mail["Subject"] = "Do you ship to Norway?"
        mail["Message-ID"] = make_msgid(domain="customer.test")
        mail.set_content(f"I could not find it on your pages. {time.time()}")
        return mail

    def _mail_of_the_shop(self) -> EmailMessage | None:
        """Return one of the newest mails of the mailbox, without its attachments."""
        fields = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM REPLY-TO SUBJECT REFERENCES)]"
        try:
            with customer_mailbox(self.stack) as client:
                numbers = client.search()[-NEWEST:]
                if not numbers:
                    return None
                found = client.fetch([self._chance.choice(numbers)], [fields])
        except (IMAPClientError, OSError):
            return None
        (headers,) = found.values()
        raw = next(value for key, value in headers.items() if key.startswith(b"BODY["))
        return message_from_bytes(raw, policy=policy.default)


def customer_mailbox(stack: LocalStack) -> IMAPClient:
    """Open the customer's mailbox for reading."""
    client = IMAPClient(LOOPBACK, stack.dovecot.imap_port, ssl=False, timeout=30)
    client.login(CUSTOMER_MAILBOX, stack.secret(CUSTOMER_MAILBOX))
    client.select_folder("INBOX", readonly=True)
    return client
