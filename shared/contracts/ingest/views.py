"""Questions about threads: which is next, what happened with a customer, what an answer begins
as.
"""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.contacts import ContactKey
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.lists import Cursor
from shared.contracts.orders.parts import By, Name
from shared.contracts.references import OrderId
from shared.contracts.values import Language, Money, ShopZone


class NextThread(Answer, name="thread.next_unanswered_answered"):
    """The thread that has waited longest, and how many wait."""

    example: ClassVar[dict[str, Any]] = {"thread": samples.THREAD_VIEW, "waiting": 5}

    thread: ThreadView | None = Field(description="Null: none waits")
    waiting: int = Field(description="How many threads wait, with this one")


class NextUnanswered(Query, name="thread.next_unanswered", answer=NextThread):
    """Asks for the open thread that has waited longest for an answer, read or not."""

    example: ClassVar[dict[str, Any]] = {"contact": "customer_service"}

    contact: ContactKey | None = None
    after: UUID | None = Field(
        default=None, description="Behind this thread, if it waits itself: to pass it by"
    )


class TimelineEntry(Value):
    """Something that happened with a customer: an order placed or moved, or a message."""

    kind: Literal["order_placed", "order_moved", "message"]
    at: AwareDatetime
    order_id: UUID | None = None
    order_reference: str | None = None
    state: str = Field(
        default="",
        description="Of the order from then on, named in the `language` of the question",
    )
    colour: str = ""
    total: Money | None = Field(default=None, description="Of an order that was placed")
    thread_id: UUID | None = None
    subject: str = Field(default="", description="Of the thread")
    message: ThreadMessage | None = None


class Timeline(Answer, name="thread.timeline_answered"):
    """A page of what happened with a thread's customer, the latest first."""

    example: ClassVar[dict[str, Any]] = {
        "entries": [
            {
                "kind": "message",
                "at": samples.NOON,
                "order_id": samples.ORDER_ID,
                "order_reference": "XKBKNABJK",
                "thread_id": samples.THREAD_ID,
                "subject": "Re: Payment accepted",
                "message": samples.THREAD_MESSAGE,
            },
            {
                "kind": "order_moved",
                "at": samples.NOON,
                "order_id": samples.ORDER_ID,
                "order_reference": "XKBKNABJK",
                "state": "Payment accepted",
                "colour": "#3498D8",
            },
        ],
        "next": samples.CURSOR,
    }

    entries: list[TimelineEntry]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )
    timezone: ShopZone = "UTC"


class AskTimeline(Query, name="thread.timeline", answer=Timeline, subject="thread_id"):
    """Asks what happened with the customer of a thread: his orders and all his messages, merged."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "limit": 50}

    thread_id: UUID
    limit: int = Field(default=50, ge=1, le=200, strict=True)
    cursor: Cursor | None = None
    language: Language = Field(default="en", description="In which states are named")


class Draft(Answer, name="thread.draft_answered"):
    """The text that a message begins as; the thread of an order may not have been opened yet."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "language": "en",
        "text": "Dear Ada Byron,\n\n\n\nAnna, Corner Shop",
    }

    thread_id: UUID
    language: Language = Field(
        description="In which the text was found; the shop may not have it in the customer's"
    )
    text: str


class DraftReply(Query, name="thread.draft", answer=Draft):
    """Asks for the text that a message begins as, filled in: the default reply, or a predefined
    message. It is for a thread, or for an order that need not have a thread yet.
    """

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "by": "Anna"}

    thread_id: UUID | None = None
    order_id: OrderId | None = Field(
        default=None, description="Instead of `thread_id`: a message to its customer"
    )
    by: By
    canned_message: Name | None = None
