"""Define mailboxes and the mails fetched from them."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.ingest.messages import MessageKind
from shared.contracts.message import Answer, Command, Event, Query
from shared.contracts.refusals import codes

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


class SyncMailbox(Command, name="mailbox.sync", subject="mailbox", periodic=True):
    """Fetch new mails from a mailbox now."""

    example: ClassVar[dict[str, Any]] = {"mailbox": "service"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_mailbox")

    mailbox: Annotated[
        str,
        Field(
            pattern="^[a-z0-9][a-z0-9_-]{0,39}$",
            description="Name of the mailbox, as in the settings of `ingest`",
        ),
    ]


class MailReceived(Event, name="mail.received", subject="inbound_id"):
    """A mail was fetched and filed in a thread."""

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "thread_id": samples.THREAD_ID,
        "sender": "ada@example.test",
        "subject": "Re: Your order",
        "mail_message_id": "<a1@example.test>",
    }

    mailbox: str
    inbound_id: UUID
    thread_id: UUID
    sender: str = Field(description="Address of the sender")
    subject: str = Field(description="Subject line")
    mail_message_id: str = Field(description="Message-ID with angle brackets")
    kind: MessageKind = Field(
        default="personal",
        description=(
            "`personal`: written by a person; `auto_reply`, `mass` (a mailing), `bounce` or"
            " `unreadable`: not"
        ),
    )
    verified: bool = Field(
        default=True,
        description="False: the sender is not a participant of the thread, or may be forged",
    )
    may_acknowledge: bool = Field(
        default=False,
        description=(
            "Whether an automatic confirmation may be sent: it is the first mail of a person,"
            " DMARC proves the sender, and the rate limit is not reached"
        ),
    )


class MailUnreadable(Event, name="mail.unreadable", subject="inbound_id"):
    """A mail was fetched that could not be parsed. Its raw bytes are stored."""

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "reason": "It has no sender that can be read.",
    }

    mailbox: str
    inbound_id: UUID
    reason: str = Field(description="Why, in one sentence")
    thread_id: UUID | None = Field(
        default=None, description="Thread with the raw bytes as attachment; null: none"
    )


class MailUnmatched(Event, name="mail.unmatched", subject="inbound_id"):
    """A mail was fetched that belongs to no thread, from a mailbox that opens none. Its raw bytes
    are stored.
    """

    example: ClassVar[dict[str, Any]] = {
        "mailbox": "service",
        "inbound_id": samples.MAIL_ID,
        "sender": "ada@example.test",
        "subject": "A question",
        "mail_message_id": "<a1@example.test>",
    }

    mailbox: str
    inbound_id: UUID
    sender: str = Field(description="Address of the sender")
    subject: str = Field(description="Subject line")
    mail_message_id: str = Field(description="Message-ID with angle brackets")


class RawMail(Answer, name="mail.raw_answered"):
    """A fetched mail in its original form, and its state."""

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
            "`filed`, `unmatched`, `unreadable`, `duplicate`, `own`, or `new` (not filed yet)"
        )
    )
    fetched_at: datetime = Field(description="When it was fetched")
    content: Base64Bytes = Field(description="The mail (RFC 5322), in base64")


class GetRawMail(Query, name="mail.raw", answer=RawMail, subject="inbound_id"):
    """Return a fetched mail in its original form, whether it belongs to a thread or not."""

    example: ClassVar[dict[str, Any]] = {"inbound_id": samples.MAIL_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_mail")

    inbound_id: UUID = Field(
        description="As in `mail.received`, `mail.unmatched` or `mail.unreadable`"
    )


class MailBounced(Event, name="mail.bounced", subject="mail_id"):
    """A mail came back: a mail server reports that it could not be delivered. Anyone with the
    Message-ID can forge such a report. If the recipient differs from the mail's, the mail may have
    arrived, because customers forward their mail to other addresses.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail_message_id": samples.BOUNCED_ID,
        "conversation": f"order/{samples.ORDER_ID}",
        "recipient": "ada@example.test",
        "permanent": True,
        "status": "5.1.1",
        "reason": "550 5.1.1 User unknown",
        "mailbox": "service",
        "inbound_id": samples.MESSAGE_ID,
        "thread_id": samples.THREAD_ID,
    }

    mail_id: UUID = Field(description="As in `mail.sent`")
    mail_message_id: str = Field(description="Message-ID of the bounced mail, with angle brackets")
    conversation: str = Field(
        description=(
            "Conversation of the bounced mail: `order/<id>`, `thread/<id>` or `forward/<id>`"
        )
    )
    recipient: str = Field(
        description=(
            "Address that could not be reached, in lower case; empty: not in the report. May be"
            " an address that the customer forwards to"
        ),
    )
    permanent: bool = Field(
        description="False: given up for a temporary reason, such as a full mailbox"
    )
    status: str = Field(
        description="Status code by RFC 3463, such as `5.1.1`; empty: not in the report"
    )
    reason: str = Field(description="Answer of the mail server, one line; may be empty")
    mailbox_full: bool = Field(
        default=False,
        description="Whether the recipient's mailbox is full, by `5.2.2` or by the text",
    )
    mailbox: str
    inbound_id: UUID
    thread_id: UUID = Field(description="Thread of the report")


class MailboxFailed(Event, name="mailbox.failed", subject="mailbox"):
    """A mailbox cannot be read any more, or for another reason than before. Fetching is retried
    until it succeeds.
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
    code: MailboxFault = Field(
        description=(
            "`login_refused`; `token_refused`: no access token; `no_starttls`: not offered by the"
            " server; `certificate`: not accepted; `unreachable`, `timeout`, `broken_off`:"
            " connection; `folder_missing`; `protocol`: any other answer"
        )
    )
    reason: str = Field(description="One sentence for people")
    next_look_at: datetime = Field(description="When fetching is tried again")


class MailboxRecovered(Event, name="mailbox.recovered", subject="mailbox"):
    """A mailbox that had failed was read again."""

    example: ClassVar[dict[str, Any]] = {"mailbox": "service"}

    mailbox: str
