"""Addresses that nothing is sent to, because mail to them came back."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.parts import By
from shared.contracts.values import Email, ShopZone

SUPPRESSION = {
    "email": "ada@example.test",
    "reason": "550 5.1.1 User unknown",
    "since": samples.NOON,
    "until": None,
    "mail_id": samples.MAIL_ID,
}


class SuppressionView(Value):
    """An address, in lower case, since when nothing is sent to it, and the mail that came back."""

    email: str
    reason: str
    since: AwareDatetime
    until: AwareDatetime | None = Field(
        default=None,
        description=(
            "When it ends of itself, as for a mailbox that is full; null: `suppression.release`"
            " ends it"
        ),
    )
    mail_id: UUID


class SuppressionAdded(Event, SuppressionView, name="suppression.added", subject="email"):
    """A mail came back for good, or from a full mailbox: from now on nothing is sent to its
    recipient.
    """

    example: ClassVar[dict[str, Any]] = SUPPRESSION


class ReleaseSuppression(Command, name="suppression.release", subject="email"):
    """Lets mail to an address be sent again. What was suppressed stays so: `mail.resend` sends
    it.
    """

    example: ClassVar[dict[str, Any]] = {"email": "ada@example.test", "by": "anna@shop.test"}

    email: Email
    by: By = "system"


class SuppressionReleased(Event, name="suppression.released", subject="email"):
    """Mail to this address is sent again."""

    example: ClassVar[dict[str, Any]] = {"email": "ada@example.test", "by": "anna@shop.test"}

    email: str
    by: str


class SuppressionList(Answer, name="suppression.list_answered"):
    """Addresses that nothing is sent to, the newest first."""

    example: ClassVar[dict[str, Any]] = {"suppressions": [SUPPRESSION]}

    suppressions: list[SuppressionView]
    timezone: ShopZone = "UTC"


class ListSuppressions(Query, name="suppression.list", answer=SuppressionList):
    """Asks which addresses of the shop nothing is sent to."""

    example: ClassVar[dict[str, Any]] = {}

    limit: int = Field(default=200, ge=1, le=1000, strict=True)
