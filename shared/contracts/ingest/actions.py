"""What employees do with threads beside answering them."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.ingest.threads import ThreadMessage, ThreadView
from shared.contracts.message import Event
from shared.contracts.values import Email


class ThreadForwarded(Event, name="thread.forwarded", subject="thread_id"):
    """A thread is to be mailed to an employee or someone else. `messages` are the latest of it, oldest first; someone
    else is shown none that is private.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "forward_id": samples.MESSAGE_ID, "email": "bela@shop.test",
        "employee": "bela@shop.test", "comment": "Could you look at this?", "by": "anna@shop.test",
        "thread": samples.THREAD_VIEW | {"owner": "bela@shop.test"}, "messages": [samples.THREAD_MESSAGE],
    }

    thread_id: UUID
    forward_id: UUID = Field(description="Message id of the note that keeps the comment")
    email: Email
    employee: str | None
    comment: str
    by: str
    thread: ThreadView
    messages: list[ThreadMessage]
    omitted: int = Field(default=0, description="Earlier messages that are not told here")
