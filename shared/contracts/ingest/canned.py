"""Predefined messages: kept by the shop, filled in when they are used."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.desk import Letter
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.parts import By, Name
from shared.contracts.values import Language, Text

PLACEHOLDERS = "{customer_name}, {employee}, {order_reference}, {shop_name}, {subject}"


class CannedMessage(Value):
    """A predefined message."""

    key: Name
    names: dict[Language, Text] = Field(min_length=1, max_length=50, description="For employees, per language")
    texts: dict[Language, Letter] = Field(
        min_length=1, max_length=50, description=f"Per language; filled in where it is used: {PLACEHOLDERS}"
    )


class PutCannedMessage(Command, CannedMessage, name="canned_message.put", subject="key"):
    """Adds a predefined message, or replaces it."""

    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class RemoveCannedMessage(Command, name="canned_message.remove", subject="key"):
    """Takes a predefined message away; what was written with it stays."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name


class CannedMessageChanged(Event, CannedMessage, name="canned_message.changed", subject="key"):
    """A predefined message is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.CANNED_MESSAGE


class CannedMessageRemoved(Event, name="canned_message.removed", subject="key"):
    """A predefined message is there no more."""

    example: ClassVar[dict[str, Any]] = {"key": "delay"}

    key: Name


class CannedMessageList(Answer, name="canned_message.list_answered"):
    """All predefined messages of the shop, by key."""

    example: ClassVar[dict[str, Any]] = {"messages": [samples.CANNED_MESSAGE]}

    messages: list[CannedMessage]


class ListCannedMessages(Query, name="canned_message.list", answer=CannedMessageList):
    """Asks for the predefined messages of the shop."""

    example: ClassVar[dict[str, Any]] = {}


class Draft(Answer, name="thread.draft_answered"):
    """The text that an answer begins as."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "language": "en", "text": "Dear Ada Byron,\n\n\n\nAnna, Corner Shop",
    }

    thread_id: UUID
    language: Language = Field(description="In which the text was found; the shop may not have it in the customer's")
    text: str


class DraftReply(Query, name="thread.draft", answer=Draft, subject="thread_id"):
    """Asks for the text that an answer begins as, filled in: the default reply, or a predefined message."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "by": "Anna"}

    thread_id: UUID
    by: By
    canned_message: Name | None = None


class PostOrderMessage(Command, name="thread.post_order_message", subject="order_id"):
    """An employee writes about an order, in words of his own or predefined ones: a note for employees (`private`), or
    a message that is mailed to the customer. It is kept in the thread of the order.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID, "canned_message": "delay", "by": "anna@shop.test",
    }

    order_id: UUID
    text: str | None = Field(default=None, min_length=1, max_length=100_000, description="Or `canned_message`")
    canned_message: Name | None = None
    private: bool = False
    by: By


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
