"""Outgoing mails: what they are, what became of them, and how they are sent again."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event, Value
from shared.contracts.orders.parts import By, Reference
from shared.contracts.values import Customer, DocumentReference, Email, Language, Text

MailState = Literal[
    "waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown"
]


class MailView(Value):
    """One outgoing mail. `conversation` is where an answer to it belongs: `order/<id>`,
    `thread/<id>`, or `forward/<id>` of a thread that was mailed to somebody.
    """

    mail_id: UUID
    template: str
    conversation: str
    order_id: UUID | None = None
    thread_id: UUID | None = None
    recipient: Email
    subject: str
    message_id: str = Field(description="With its angle brackets; the same on every attempt")
    attachments: list[str] = Field(default=[], description="File names")
    missing: list[DocumentReference] = Field(
        default=[],
        description=(
            "Documents that it waits for; of a mail that is gone: those that follow on their own"
        ),
    )
    state: MailState
    attempts: int = 0
    reason: str = Field(
        default="", description="What the mail server said last, or why it was not asked"
    )
    bounced: str = Field(
        default="", description="Why the mail came back after it had been sent; empty if it did not"
    )
    resend_of: UUID | None = Field(default=None, description="The mail that this one repeats")
    copy_of: str = Field(
        default="", description="Who the mail is to, where this is a copy (`cc`, `bcc`); else empty"
    )
    at: AwareDatetime


class MailSent(Event, name="mail.sent", subject="mail_id"):
    """The receiving server took the mail."""

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW}

    mail_id: UUID
    mail: MailView


class MailDeferred(Event, name="mail.deferred", subject="mail_id"):
    """The mail could not be sent now and will be tried again at `again_at`."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "deferred"},
        "reason": "451 4.7.1 Try again later",
        "again_at": "2026-11-21T10:10:00Z",
    }

    mail_id: UUID
    mail: MailView
    reason: str
    again_at: AwareDatetime


class MailFailed(Event, name="mail.failed", subject="mail_id"):
    """The mail was refused for good; `reason` is the server's answer. In state `unknown` it may
    have arrived.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "failed"},
        "reason": "550 5.1.1 User unknown",
    }

    mail_id: UUID
    mail: MailView
    reason: str


class MailSuppressed(Event, name="mail.suppressed", subject="mail_id"):
    """The mail was not sent, because mail to its recipient came back before; see
    `suppression.release`.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "suppressed"},
        "reason": "550 5.1.1 User unknown",
    }

    mail_id: UUID
    mail: MailView
    reason: str


class ResendMail(Command, name="mail.resend", subject="mail_id"):
    """Sends a mail again that is done with: as a mail of its own, with the same facts and
    documents, to the same or another address.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "to": "ada@example.test",
        "by": "anna@shop.test",
    }

    mail_id: UUID
    to: Email | None = Field(default=None, description="Another address; null: the same")
    by: By = "system"


class MailRequeued(Event, name="mail.requeued", subject="mail_id"):
    """A mail is on its way again; what becomes of it is told of the new mail, `mail_id`."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MESSAGE_ID,
        "by": "anna@shop.test",
        "mail": (
            samples.MAIL_VIEW
            | {
                "mail_id": samples.MESSAGE_ID,
                "resend_of": samples.MAIL_ID,
                "state": "queued",
            }
        ),
    }

    mail_id: UUID
    mail: MailView
    by: str


class Link(Value):
    """Something to download."""

    name: Text
    url: Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x1f\x7f<>\"]+$", max_length=2000)]


class OfferDownloads(Command, name="mail.offer_downloads", subject="order_id"):
    """Mails a customer the links to what he bought and downloads: who keeps the files, sends this
    when it is paid.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order_reference": "XKBKNABJK",
        "customer": samples.CUSTOMER,
        "language": "en",
        "links": [{"name": "Mugs of the world, e-book", "url": "https://shop.test/download/7Q2F"}],
    }

    order_id: UUID
    order_reference: Reference
    customer: Customer
    language: Language
    links: list[Link] = Field(min_length=1, max_length=50)
