"""Mailboxes and the mails that are fetched from them."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.ingest.messages import MessageKind
from shared.contracts.message import Answer, Command, Event, Query

MailboxFault = Literal[
    "login_refused",
    "token_refused",
    "no_starttls",
    "certificate",
    "unreachable",
    "timeout",
    "broken_off",
    "folder_missing",
    "protocol",
]


class SyncMailbox(Command, name="mailbox.sync", subject="mailbox"):
    """Fetches what is new in a mailbox, now."""

    example: ClassVar[dict[str, Any]] = {"mailbox": "service"}

    mailbox: Annotated[
        str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$", description="Its name in the settings")
    ]


class MailReceived(Event, name="mail.received", subject="inbound_id"):
    """A mail was fetched and filed into a thread."""

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "thread_id": samples.THREAD_ID,
        "sender": "ada@example.test",
        "subject": "Re: Your order",
        "message_id": "<a1@example.test>",
    }

    mailbox: str
    inbound_id: UUID
    thread_id: UUID
    sender: str
    subject: str
    message_id: str
    kind: MessageKind = "personal"
    verified: bool = Field(
        default=True, description="False: its sender is no participant, or may be forged"
    )
    may_acknowledge: bool = Field(
        default=False,
        description=(
            "An automatic confirmation may be sent, this once: it is a person's first mail, the "
            "sender is proved by DMARC, and there were not too many"
        ),
    )


class MailUnreadable(Event, name="mail.unreadable", subject="inbound_id"):
    """A mail was fetched that could not be understood; its raw bytes are kept."""

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "reason": "It has no sender that can be read.",
    }

    mailbox: str
    inbound_id: UUID
    reason: str
    thread_id: UUID | None = Field(
        default=None, description="Where it is shown, with its raw bytes attached"
    )


class MailUnmatched(Event, name="mail.unmatched", subject="inbound_id"):
    """A mail was fetched that belongs to no thread, from a mailbox that opens none; its raw bytes
    are kept.
    """

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "sender": "ada@example.test",
        "subject": "A question",
        "message_id": "<a1@example.test>",
    }

    mailbox: str
    inbound_id: UUID
    sender: str
    subject: str
    message_id: str


class RawMail(Answer, name="mail.raw_answered"):
    """A mail as it came (RFC 5322, base64), and what became of it."""

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "state": "unmatched",
        "fetched_at": samples.NOON,
        "content": "U3ViamVjdDogQSBxdWVzdGlvbg0KDQpXaGVuPw==",
    }

    mailbox: str
    inbound_id: UUID
    state: str = Field(
        description=(
            "`filed`, `unmatched`, `unreadable`, `duplicate`, `own`, or `new`: not filed yet"
        )
    )
    fetched_at: datetime
    content: Base64Bytes


class GetRawMail(Query, name="mail.raw", answer=RawMail, subject="inbound_id"):
    """Asks for a mail that was fetched, whatever became of it: for one that belongs to no thread,
    say.
    """

    example: ClassVar[dict[str, Any]] = {"inbound_id": samples.MAIL_ID}

    inbound_id: UUID = Field(
        description="From `mail.received`, `mail.unmatched` or `mail.unreadable`"
    )


class MailBounced(Event, name="mail.bounced", subject="mail_id"):
    """A mail of ours came back: a mail server reports that it could not be delivered. Anybody can
    write such a report who knows the Message-ID. Where the recipient is another than the mail's,
    the mail may not have arrived, since customers have their mail passed on to other addresses.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "message_id": samples.BOUNCED_ID,
        "conversation": f"order/{samples.ORDER_ID}",
        "recipient": "ada@example.test",
        "permanent": True,
        "status": "5.1.1",
        "reason": "550 5.1.1 User unknown",
        "mailbox": "service",
        "inbound_id": samples.MESSAGE_ID,
        "thread_id": samples.THREAD_ID,
    }

    mail_id: UUID = Field(description="Of `mail.sent`")
    message_id: str = Field(description="Of the mail that bounced, with its angle brackets")
    conversation: str = Field(
        description="Of the mail that bounced: `order/<id>`, `thread/<id>` or `forward/<id>`"
    )
    recipient: str = Field(
        description=(
            "Who did not get it, in lower case: perhaps an address that the customer has their mail"
            " passed on to; empty where the report does not say"
        ),
    )
    permanent: bool = Field(
        description="False: it was given up for a passing reason, such as a full mailbox"
    )
    status: str = Field(
        description="RFC 3463, such as `5.1.1`; empty where the report does not say"
    )
    reason: str = Field(description="What the mail server says, one line; may be empty")
    mailbox_full: bool = Field(
        default=False, description="The recipient's mailbox is full, by `5.2.2` or in words"
    )
    mailbox: str
    inbound_id: UUID
    thread_id: UUID


class MailboxFailed(Event, name="mailbox.failed", subject="mailbox"):
    """A mailbox can no longer be read, or for another reason than before. It is tried again and
    again.
    """

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "code": "login_refused",
        "reason": (
            "mail.shop.test:993 refused the login of 'service@shop.test': Authentication failed."
        ),
        "next_look_at": samples.NOON,
    }

    mailbox: str
    code: MailboxFault
    reason: str = Field(description="One sentence for people")
    next_look_at: datetime


class MailboxRecovered(Event, name="mailbox.recovered", subject="mailbox"):
    """A mailbox that had failed was read again."""

    example: ClassVar[dict[str, Any]] = {"mailbox": "service"}

    mailbox: str
