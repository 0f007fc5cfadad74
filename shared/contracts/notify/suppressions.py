"""Define the suppression list: addresses without delivery, because earlier mail bounced."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.values import By
from shared.contracts.refusals import codes
from shared.contracts.values import Email, ShopZone

SUPPRESSION = {
    "email": "ada@example.test",
    "reason": "550 5.1.1 User unknown",
    "since": samples.NOON,
    "until": None,
    "mail_id": samples.MAIL_ID,
}


class SuppressionView(Value):
    """An address that no mail is sent to."""

    email: str = Field(description="The address, in lower case")
    reason: str = Field(description="Answer of the mail server")
    since: AwareDatetime = Field(description="When the address was suppressed")
    until: AwareDatetime | None = Field(
        default=None,
        description=(
            "When the suppression ends by itself, as for a full mailbox; null: only"
            " `suppression.release` ends it"
        ),
    )
    mail_id: UUID = Field(description="The mail that bounced")


class SuppressionAdded(Event, SuppressionView, name="suppression.added", subject="email"):
    """An address was suppressed: mail to it bounced permanently, or its mailbox is full."""

    example: ClassVar[dict[str, Any]] = SUPPRESSION


class ReleaseSuppression(Command, name="suppression.release", subject="email"):
    """Allow mail to a suppressed address again. Mails that were suppressed are not sent; use
    `mail.resend`.
    """

    example: ClassVar[dict[str, Any]] = {"email": "ada@example.test", "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_suppressed")

    email: Email = Field(description="The address; case is ignored")
    by: By = "system"


class SuppressionReleased(Event, name="suppression.released", subject="email"):
    """A suppressed address was released; mail is sent to it again."""

    example: ClassVar[dict[str, Any]] = {"email": "ada@example.test", "by": "anna@shop.test"}

    email: str = Field(description="The address, in lower case")
    by: str


class SuppressionList(Answer, name="suppression.list_answered"):
    """The suppressed addresses, newest first."""

    example: ClassVar[dict[str, Any]] = {"suppressions": [SUPPRESSION]}

    suppressions: list[SuppressionView] = Field(description="Suppressed addresses, newest first")
    timezone: ShopZone = "UTC"


class ListSuppressions(Query, name="suppression.list", answer=SuppressionList):
    """Return the suppressed addresses of the shop."""

    example: ClassVar[dict[str, Any]] = {}

    limit: int = Field(default=200, ge=1, le=1000, strict=True)
