"""Define the queries on mails and their templates."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.notify.mails import MailState, MailView
from shared.contracts.orders.lists import Cursor
from shared.contracts.orders.values import Name
from shared.contracts.references import OrderOrReference
from shared.contracts.refusals import codes
from shared.contracts.values import Email, Language, ShopZone

Template = Annotated[str, Field(max_length=10_000, description="Jinja2, of plain text; sandboxed")]


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


class Attempt(Value):
    """One attempt to send a mail."""

    attempt: int = Field(description="Number of the attempt, from 1")
    at: AwareDatetime
    kind: str = Field(
        description=(
            "Result: `sent`, `temporary`, `rate`, `permanent`, `unknown`, `held` or `suppressed`"
        )
    )
    reason: str = Field(description="Answer of the mail server")


class MailAnswer(Answer, name="mail.get_answered"):
    """A mail with its text, as last written, and all attempts to send it."""

    example: ClassVar[dict[str, Any]] = {
        "mail": samples.MAIL_VIEW,
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
        "attempts": [{"attempt": 1, "at": samples.NOON, "kind": "sent", "reason": "250 OK"}],
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
    """A mail about sample data."""

    example: ClassVar[dict[str, Any]] = {
        "language": "en",
        "subject": "Order XKBKNABJK: your payment has arrived",
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
    }

    language: Language
    subject: str = Field(description="Subject line")
    text: str = Field(description="Plain text part")
    html: str = Field(description="HTML part")


class PreviewMail(Query, name="mail.preview", answer=MailPreview):
    """Return a mail of the shop about sample data, with the shop's templates or the given ones."""

    example: ClassVar[dict[str, Any]] = {"template": "payment", "language": "fa"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("broken_template")

    template: Name = Field(description="Name of the mail, such as `payment`")
    language: Language = Field(default="en", description="Language of the mail")
    subject: Template | None = Field(
        default=None, description="Subject line to try; null: the shop's"
    )
    text: Template | None = Field(
        default=None,
        description="Text to try, paragraphs separated by empty lines; null: the shop's",
    )
