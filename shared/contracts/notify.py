"""Messages of the service `notify`."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Event, Query, Value
from shared.contracts.values import Email

MailState = Literal["waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown"]


class MailView(Value):
    """One outgoing mail. `conversation` is `order/<id>` or `thread/<id>`: where an answer to it belongs."""

    mail_id: UUID
    template: str
    conversation: str
    order_id: UUID | None = None
    thread_id: UUID | None = None
    recipient: Email
    subject: str
    message_id: str = Field(description="With its angle brackets; the same on every attempt")
    attachments: list[str] = Field(default=[], description="File names")
    state: MailState
    attempts: int = 0
    at: AwareDatetime


class MailSent(Event, name="mail.sent", subject="mail_id"):
    """The receiving server took the mail."""

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW}

    mail_id: UUID
    mail: MailView


class MailDeferred(Event, name="mail.deferred", subject="mail_id"):
    """The mail could not be sent now and will be tried again at `again_at`."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW | {"state": "deferred"},
        "reason": "451 4.7.1 Try again later", "again_at": "2026-11-21T10:10:00Z",
    }

    mail_id: UUID
    mail: MailView
    reason: str
    again_at: AwareDatetime


class MailFailed(Event, name="mail.failed", subject="mail_id"):
    """The mail was refused for good; `reason` is the server's answer."""

    example: ClassVar[dict[str, Any]] = {
        "mail_id": samples.MAIL_ID, "mail": samples.MAIL_VIEW | {"state": "failed"},
        "reason": "550 5.1.1 User unknown",
    }

    mail_id: UUID
    mail: MailView
    reason: str


class MailList(Answer, name="mail.list_answered"):
    """Mails, oldest first."""

    example: ClassVar[dict[str, Any]] = {"mails": [samples.MAIL_VIEW]}

    mails: list[MailView]


class ListMails(Query, name="mail.list", answer=MailList):
    """Asks for the mails of an order or of a thread (one of the two)."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID | None = None
    thread_id: UUID | None = None
