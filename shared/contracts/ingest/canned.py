"""Predefined messages: kept by the shop, filled in when they are used."""

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts import samples
from shared.contracts.ingest.threads import ThreadMessage, ThreadView
from shared.contracts.message import Event


class OrderMessagePosted(Event, name="thread.order_message_posted", subject="thread_id"):
    """An employee wrote to the customer about an order; the message is to be mailed, with these threading headers."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "order_id": samples.ORDER_ID, "thread": samples.THREAD_VIEW,
        "message": samples.THREAD_MESSAGE | {"direction": "employee", "author": "anna@shop.test"},
        "in_reply_to": "<a1@example.test>", "references": ["<a1@example.test>"],
    }

    thread_id: UUID
    order_id: UUID
    thread: ThreadView
    message: ThreadMessage
    in_reply_to: str | None = None
    references: list[str] = []
