"""Threads that are put together."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.parts import By


class MergeThread(Command, name="thread.merge", subject="thread_id"):
    """Puts all messages of a thread into another one of the shop: it was the same conversation.
    Mails that belong to it follow. A thread about an order stays; another may be merged into it.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "into": samples.MESSAGE_ID,
        "by": "anna@shop.test",
    }

    thread_id: UUID
    into: UUID = Field(description="The thread that goes on")
    by: By


class ThreadMerged(Event, name="thread.merged", subject="thread_id"):
    """The messages of a thread stand in another one now; its customer takes part there."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "into": samples.MESSAGE_ID,
        "messages": 2,
        "thread": samples.THREAD_VIEW | {"thread_id": samples.MESSAGE_ID},
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    into: UUID
    messages: int = Field(description="How many moved")
    thread: ThreadView = Field(description="The one that goes on, afterwards")
    by: str
    at: AwareDatetime
