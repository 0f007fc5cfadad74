"""Define queries on threads: the next one to answer, a customer's timeline, drafts of replies."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.ingest.contacts import ContactKey
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.ingest.timeline_entries import TimelineEntry
from shared.contracts.message import Answer, Query
from shared.contracts.orders.lists import Cursor
from shared.contracts.orders.values import By, Name
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import Language, ShopZone


class NextThread(Answer, name="thread.next_unanswered_answered"):
    """The thread that has waited longest, and the number of waiting threads."""

    example: ClassVar[dict[str, Any]] = {"thread": samples.THREAD_VIEW, "waiting_threads": 5}

    thread: ThreadView | None = Field(description="Null: no thread waits")
    waiting_threads: int = Field(description="Number of waiting threads, this one included")


class NextUnanswered(Query, name="thread.next_unanswered", answer=NextThread):
    """Return the open thread that has waited longest for an answer, whether it was read or not."""

    example: ClassVar[dict[str, Any]] = {"contact": "customer_service"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_contact unknown_thread")

    contact: ContactKey | None = None
    after_thread_id: UUID | None = Field(
        default=None, description="Skip this thread and those before it, if it waits itself"
    )


class Timeline(Answer, name="thread.timeline_answered"):
    """A page of a customer's timeline, newest first."""

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
                "state_label": "Payment accepted",
                "state_colour": "#3498D8",
            },
        ],
        "next": samples.CURSOR,
    }

    entries: list[TimelineEntry] = Field(description="Entries of this page")
    next: str | None = None
    timezone: ShopZone = "UTC"


class GetTimeline(Query, name="thread.timeline", answer=Timeline, subject="thread_id"):
    """Return the timeline of a thread's customer: orders and messages, merged, newest first."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "limit": 50}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cursor unknown_thread")

    thread_id: UUID
    limit: int = Field(default=50, ge=1, le=200, strict=True)
    cursor: Cursor | None = None
    language: Language = Field(default="en", description="Language of state names")


class Draft(Answer, name="thread.draft_answered"):
    """The initial text of a message. The thread of an order may not be open yet."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "language": "en",
        "text": "Dear Ada Byron,\n\n\n\nAnna, Corner Shop",
    }

    thread_id: UUID = Field(description="Thread that the message would be added to")
    language: Language = Field(
        description="Language of the text; the shop may lack one in the customer's language"
    )
    text: str = Field(description="The text, with its placeholders filled in")


class DraftReply(Query, name="thread.draft", answer=Draft):
    """Return the initial text of a message, filled in: the default reply or a predefined message,
    for a thread or for an order.
    """

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "by": "Anna"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "unknown_canned_message unknown_order unknown_thread which "
    )

    thread_id: UUID | None = Field(default=None, description="Thread to reply to")
    order_id: OrderId | None = Field(
        default=None, description="In place of `thread_id`: a message to the customer of this order"
    )
    by: By
    canned_message: Name | None = Field(
        default=None, description="Key of a predefined message; null: the default reply"
    )
