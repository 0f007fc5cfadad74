"""Act as the customer: read a mailbox by IMAP and reply by SMTP, as a mail program does."""

import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid

from imapclient import IMAPClient


class Mailbox:
    """A mailbox on a server of the local stack."""

    def __init__(self, host: str, port: int, address: str, password: str) -> None:
        self.host, self.port, self.address, self.password = host, port, address, password

    def mails(self) -> list[EmailMessage]:
        """Return all mails, oldest first."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=10) as client:
            client.login(self.address, self.password)
            client.select_folder("INBOX", readonly=True)
            numbers = client.search()
            fetched = client.fetch(numbers, ["BODY.PEEK[]"]) if numbers else {}
        raw = [fetched[number][b"BODY[]"] for number in sorted(fetched)]
        return [message_from_bytes(mail, policy=policy.default) for mail in raw]

    def find(self, message_id: str) -> EmailMessage | None:
        """Return the mail with this Message-ID."""
        for mail in self.mails():
            if mail["Message-ID"] == message_id:
                return mail
        return None


def answer(mail: EmailMessage, sender: str, text: str) -> EmailMessage:
    """Return a reply as a mail program writes it: to Reply-To, with threading headers, above the
    quoted mail.
    """
    reply = EmailMessage()
    reply["From"] = f"Ada Byron <{sender}>"
    reply["To"] = mail["Reply-To"] or mail["From"]
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    reply["In-Reply-To"] = mail["Message-ID"]
    reply["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
    body = mail.get_body(("plain",))
    quoted = "".join(f"> {line}\n" for line in (body.get_content() if body else "").splitlines())
    reply.set_content(f"{text}\n\n{mail['From']} wrote:\n{quoted}")
    return reply


def send(mail: EmailMessage, host: str, port: int) -> None:
    """Send a mail by SMTP."""
    with smtplib.SMTP(host, port, timeout=10) as client:
        client.send_message(mail)


def attachments(mail: EmailMessage) -> list[str]:
    """Return the file names of a mail's attachments."""
    return [part.get_filename() or "?" for part in mail.iter_attachments()]
