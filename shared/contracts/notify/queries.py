"""Define the queries on mails and their templates."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.notify.mails import MailState, MailView
from shared.contracts.orders.lists import Cursor
from shared.contracts.references import OrderOrReference
from shared.contracts.refusals import codes
from shared.contracts.templates import TRIAL_CODES, TemplateId, TemplateSource
from shared.contracts.values import Email, Language, ShopZone


class MailList(Answer, name="mail.list_answered"):
    """A page of mails, newest first."""

    example: ClassVar[dict[str, Any]] = {"mails": [samples.MAIL_VIEW], "next": samples.CURSOR}

    mails: list[MailView] = Field(description="Mails of this page")
    next: str | None = None
    timezone: ShopZone = "UTC"


class ListMails(Query, name="mail.list", answer=MailList):
    """Return the mails of an order, of a thread or of the shop, newest first, page by page. All
    conditions must match.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cursor which")

    order_id: OrderOrReference | None = None
    thread_id: UUID | None = None
    state: MailState | None = Field(default=None, description="State of the mail; null: any")
    recipient: Email | None = Field(
        default=None, description="Address of the recipient; case is ignored"
    )
    cursor: Cursor | None = None
    limit: int = Field(
        default=200, ge=1, le=500, strict=True, description="Maximum number of mails in a page"
    )


AttemptResult = Literal["sent", "temporary", "rate", "permanent", "unknown"]


class Attempt(Value):
    """One attempt to send a mail."""

    attempt: int = Field(description="Number of the attempt, from 1")
    at: AwareDatetime
    result: AttemptResult = Field(
        description=(
            "`sent`; `temporary` or `permanent`: refused by the mail server; `rate`: it wants a"
            " pause; `unknown`: it did not answer"
        )
    )
    reason: str = Field(description="Answer of the mail server")


class MailAnswer(Answer, name="mail.get_answered"):
    """A mail with its text, as last written, and all attempts to send it."""

    example: ClassVar[dict[str, Any]] = {
        "mail": samples.MAIL_VIEW,
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
        "attempts": [{"attempt": 1, "at": samples.NOON, "result": "sent", "reason": "250 OK"}],
    }

    mail: MailView
    text: str = Field(description="Plain text part")
    html: str = Field(description="HTML part")
    attempts: list[Attempt] = Field(description="Attempts, oldest first")
    timezone: ShopZone = "UTC"


class GetMail(Query, name="mail.get", answer=MailAnswer, subject="mail_id"):
    """Return a mail with its text and its attempts."""

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_mail")

    mail_id: UUID


class MailPreview(Answer, name="mail.preview_answered"):
    """A mail that is not sent."""

    example: ClassVar[dict[str, Any]] = {
        "template": "payment",
        "language": "en",
        "subject": "Order XKBKNABJK: your payment has arrived",
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
        "content": "U3ViamVjdDogT3JkZXIgWEtCS05BQkpLDQoNCg==",
    }

    template: TemplateId
    language: Language
    subject: str = Field(description="Subject line")
    text: str = Field(description="Plain text part")
    html: str = Field(description="HTML part, with its pictures as `data:` URIs, for browsers")
    content: Base64Bytes = Field(
        description=(
            "The whole mail as it would be sent (RFC 5322, a `.eml` file), in base64; without"
            " attached documents"
        )
    )


class PreviewMail(Query, name="mail.preview", answer=MailPreview, subject="template"):
    """Return a mail of the shop about sample data or an order, with the shop's templates or the
    given ones. Nothing is sent, stored or published.
    """

    example: ClassVar[dict[str, Any]] = {"template": "payment", "language": "fa"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes(f"{TRIAL_CODES} unknown_order")

    template: TemplateId = Field(
        description="Name of a mail, such as `payment`, or `layout` for the frame of all mails"
    )
    language: Language | None = Field(
        default=None, description="Language of the mail; null: that of the order, or `en`"
    )
    order_id: OrderOrReference | None = Field(
        default=None,
        description="Show the data of this order, named by id or reference; null: sample data",
    )
    shown_mail: TemplateId = Field(
        default="order_conf", description="For the template `layout`: the mail to show in it"
    )
    html: TemplateSource | None = Field(default=None, description="HTML to try; null: the shop's")
    css: TemplateSource | None = Field(default=None, description="Styles to try; null: the shop's")
    subject: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="Subject line to try; null: the shop's"
    )
    text: TemplateSource | None = Field(
        default=None,
        description="Text to try, paragraphs separated by empty lines; null: the shop's",
    )
