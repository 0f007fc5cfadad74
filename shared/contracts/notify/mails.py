"""Define outgoing mails: their states, their events, and sending them again."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event, Value
from shared.contracts.orders.values import By, Reference
from shared.contracts.refusals import codes
from shared.contracts.values import Customer, DocumentReference, Email, Language, Text

MailState = Literal[
    "waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown"
]


class MailView(Value):
    """An outgoing mail."""

    mail_id: UUID
    template: str = Field(description="Name of the mail, such as `payment`")
    conversation: str = Field(
        description=(
            "Where replies belong: `order/<id>`, `thread/<id>`, or `forward/<id>` for a thread"
            " that was mailed to another person"
        )
    )
    order_id: UUID | None = Field(
        default=None, description="Order that the mail is about; null: none"
    )
    thread_id: UUID | None = Field(
        default=None, description="Thread that the mail belongs to; null: none"
    )
    recipient: Email = Field(description="Address of the recipient")
    subject: str = Field(description="Subject line")
    mail_message_id: str = Field(
        description="Message-ID with angle brackets; the same for every attempt"
    )
    attachment_names: list[str] = Field(default=[], description="File names of the attachments")
    missing_documents: list[DocumentReference] = Field(
        default=[],
        description=(
            "Documents that the mail waits for; once it is sent, those that follow in a mail of"
            " their own"
        ),
    )
    state: MailState = Field(
        description=(
            "`waiting` for a document; `queued` and `claimed` before sending; `sent`: accepted by"
            " the mail server; `deferred`: tried again later; `failed`: refused permanently;"
            " `suppressed`: not sent because earlier mail bounced; `unknown`: the server's answer"
            " was lost"
        )
    )
    attempt_count: int = Field(default=0, description="Number of attempts so far")
    reason: str = Field(
        default="", description="Last answer of the mail server, or why it was not contacted"
    )
    bounced: str = Field(
        default="", description="Why the mail came back after it was sent; empty: it did not"
    )
    resend_of: UUID | None = Field(default=None, description="Id of the mail that this one repeats")
    copy_of: str = Field(
        default="",
        description="Recipient of the original, if this is a copy (`cc`, `bcc`); else empty",
    )
    at: AwareDatetime = Field(description="When the state last changed")


class MailSent(Event, name="mail.sent", subject="mail_id"):
    """A mail was accepted by the recipient's mail server."""

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW}

    mail_id: UUID
    mail: MailView


class MailDeferred(Event, name="mail.deferred", subject="mail_id"):
    """A mail could not be sent now and will be tried again."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "deferred"},
        "reason": "451 4.7.1 Try again later",
        "again_at": "2026-11-21T10:10:00Z",
    }

    mail_id: UUID
    mail: MailView
    reason: str = Field(description="Answer of the mail server")
    again_at: AwareDatetime = Field(description="When the next attempt is due")


class MailFailed(Event, name="mail.failed", subject="mail_id"):
    """A mail was refused permanently. In state `unknown` it may have arrived."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "failed"},
        "reason": "550 5.1.1 User unknown",
    }

    mail_id: UUID
    mail: MailView
    reason: str = Field(description="Answer of the mail server")


class MailSuppressed(Event, name="mail.suppressed", subject="mail_id"):
    """A mail was not sent, because earlier mail to its recipient bounced. `suppression.release`
    allows sending again.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "mail": samples.MAIL_VIEW | {"state": "suppressed"},
        "reason": "550 5.1.1 User unknown",
    }

    mail_id: UUID
    mail: MailView
    reason: str = Field(description="Why earlier mail bounced")


class ResendMail(Command, name="mail.resend", subject="mail_id"):
    """Send a finished mail again, as a new mail with the same facts and documents, to the same or
    another address.
    """

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID,
        "to": "ada@example.test",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("erased suppressed underway unknown_mail")

    mail_id: UUID
    to: Email | None = Field(default=None, description="Address of the recipient; null: the same")
    by: By = "system"


class MailRequeued(Event, name="mail.requeued", subject="mail_id"):
    """A mail was queued again as a new mail. Its further events carry the new id."""

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

    mail_id: UUID = Field(description="Id of the new mail")
    mail: MailView
    by: str


class DownloadLink(Value):
    """A file to download."""

    name: Text = Field(description="Text of the link")
    url: Annotated[str, Field(pattern=r'^https?://[^\s\x00-\x1f\x7f<>"]+$', max_length=2000)] = (
        Field(description="Address of the file: http or https")
    )


class OfferDownloads(Command, name="mail.offer_downloads", subject="order_id"):
    """Mail download links for the files of an order to the customer. The system that stores the
    files sends this when the order is paid.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order_reference": "XKBKNABJK",
        "customer": samples.CUSTOMER,
        "language": "en",
        "links": [{"name": "Mugs of the world, e-book", "url": "https://shop.test/download/7Q2F"}],
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_shop")

    order_id: UUID = Field(description="Order of the files")
    order_reference: Reference = Field(description="Reference of the order")
    customer: Customer = Field(description="Recipient of the mail")
    language: Language = Field(description="Language of the mail")
    links: list[DownloadLink] = Field(min_length=1, max_length=50, description="Files to download")
