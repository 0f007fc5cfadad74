"""Define the merging of threads."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By
from shared.contracts.refusals import codes


class MergeThread(Command, name="thread.merge", subject="thread_id"):
    """Merge a thread into another one of the shop: all messages move, and later mails follow. A
    thread about an order cannot be merged; another thread can be merged into it.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "into": samples.MESSAGE_ID,
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "about_an_order merged_before same_thread unknown_thread "
    )

    thread_id: UUID = Field(description="Thread to merge; empty afterwards")
    into: UUID = Field(description="Thread that receives the messages")
    by: By


class ThreadMerged(Event, name="thread.merged", subject="thread_id"):
    """A thread was merged into another one, and its customer became a participant there."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "into": samples.MESSAGE_ID,
        "message_count": 2,
        "thread": samples.THREAD_VIEW | {"thread_id": samples.MESSAGE_ID},
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID = Field(description="Thread that was merged")
    into: UUID = Field(description="Thread that received the messages")
    message_count: int = Field(description="Number of messages that moved")
    thread: ThreadView = Field(description="The receiving thread afterwards")
    by: str
    at: AwareDatetime
