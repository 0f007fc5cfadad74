"""Questions about mails, and how they look."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.notify.mails import MailState, MailView
from shared.contracts.orders.lists import Cursor
from shared.contracts.orders.parts import Name
from shared.contracts.references import OrderOrReference
from shared.contracts.values import Email, Language, ShopZone

Template = Annotated[str, Field(max_length=10_000, description="Jinja2, of plain text; sandboxed")]


class MailList(Answer, name="mail.list_answered"):
    """A page of mails, newest first."""

    example: ClassVar[dict[str, Any]] = {"mails": [samples.MAIL_VIEW], "next": samples.CURSOR}

    mails: list[MailView]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor` for older ones; null: that was all"
    )
    timezone: ShopZone = "UTC"


class ListMails(Query, name="mail.list", answer=MailList):
    """Asks for the mails of an order, of a thread, or of the shop that fit all that is given: the
    newest, then older ones, a page at a time.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: OrderOrReference | None = None
    thread_id: UUID | None = None
    state: MailState | None = None
    recipient: Email | None = Field(default=None, description="Upper and lower case are the same")
    cursor: Cursor | None = None
    limit: int = Field(default=200, ge=1, le=500, strict=True, description="How many at most")


class Attempt(Value):
    """One conversation with a mail server. `kind` is how it ended."""

    attempt: int
    at: AwareDatetime
    kind: str
    reason: str


class MailAnswer(Answer, name="mail.get_answered"):
    """A mail with its words, as they were last written, and all attempts to send it."""

    example: ClassVar[dict[str, Any]] = {
        "mail": samples.MAIL_VIEW,
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
        "attempts": [{"attempt": 1, "at": samples.NOON, "kind": "sent", "reason": "250 OK"}],
    }

    mail: MailView
    text: str
    html: str
    attempts: list[Attempt]
    timezone: ShopZone = "UTC"


class GetMail(Query, name="mail.get", answer=MailAnswer, subject="mail_id"):
    """Asks for a mail."""

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID}

    mail_id: UUID


class MailPreview(Answer, name="mail.preview_answered"):
    """A mail about the sample order."""

    example: ClassVar[dict[str, Any]] = {
        "language": "en",
        "subject": "Order XKBKNABJK: your payment has arrived",
        "text": "Hello Ada Byron, ...",
        "html": "<!DOCTYPE html><html>...",
    }

    language: Language
    subject: str
    text: str
    html: str


class PreviewMail(Query, name="mail.preview", answer=MailPreview):
    """Asks how a mail of the shop looks, with what it replaced; or with these templates, before it
    does so.
    """

    example: ClassVar[dict[str, Any]] = {"template": "payment", "language": "fa"}

    template: Name
    language: Language = "en"
    subject: Template | None = None
    text: Template | None = Field(
        default=None, description="Paragraphs, with empty lines between them"
    )
