"""Threads: what they are, what is asked of them, what they tell."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.values import Email, Language

ThreadStatus = Literal["open", "closed", "pending1", "pending2"]
Body = Annotated[str, Field(min_length=1, max_length=1_000_000)]


class ThreadView(Value):
    """A thread: one conversation with a customer, perhaps about an order."""

    thread_id: UUID
    conversation: str = Field(description="`order/<id>` or `thread/<id>`")
    order_id: UUID | None = None
    order_reference: str | None = None
    customer_email: Email
    customer_name: str = ""
    language: Language
    subject: str
    status: ThreadStatus
    owner: str | None = None
    opened_at: AwareDatetime


class ThreadMessage(Value):
    """One message of a thread. `verified` is false when the sender is no participant of it."""

    message_id: UUID
    direction: Literal["customer", "employee"]
    author: str
    text: str
    at: AwareDatetime
    verified: bool = True
    mail_message_id: str = Field(default="", description="Message-ID of the mail, if it came or went as one")


class ReplyThread(Command, name="thread.reply", subject="thread_id"):
    """An employee answers; the customer gets it by mail."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "text": "It left this morning.", "by": "anna@shop.test",
    }

    thread_id: UUID
    text: Body
    by: Annotated[str, Field(min_length=1, max_length=100)]


class Thread(Answer, name="thread.get_answered"):
    """A thread with its messages, oldest first."""

    example: ClassVar[dict[str, Any]] = {"thread": samples.THREAD_VIEW, "messages": [samples.THREAD_MESSAGE]}

    thread: ThreadView
    messages: list[ThreadMessage]


class ThreadList(Answer, name="thread.list_answered"):
    """Threads, newest first."""

    example: ClassVar[dict[str, Any]] = {"threads": [samples.THREAD_VIEW]}

    threads: list[ThreadView]


class GetThread(Query, name="thread.get", answer=Thread, subject="thread_id"):
    """Asks for a thread and its messages."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID}

    thread_id: UUID


class ListThreads(Query, name="thread.list", answer=ThreadList):
    """Asks for threads, all or those of an order or with a status."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID | None = None
    status: ThreadStatus | None = None


class ThreadOpened(Event, name="thread.opened", subject="thread_id"):
    """A new thread."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "thread": samples.THREAD_VIEW}

    thread_id: UUID
    thread: ThreadView


class ThreadMessageAdded(Event, name="thread.message_added", subject="thread_id"):
    """A message was filed into a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "order_id": samples.ORDER_ID, "status": "open",
        "message": samples.THREAD_MESSAGE,
    }

    thread_id: UUID
    order_id: UUID | None = None
    status: ThreadStatus
    message: ThreadMessage


class ThreadReplied(Event, name="thread.replied", subject="thread_id"):
    """An employee answered. Carries what the mail to the customer needs, threading headers included."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID, "thread": samples.THREAD_VIEW,
        "message": samples.THREAD_MESSAGE | {"direction": "employee", "author": "anna@shop.test"},
        "in_reply_to": "<a1@example.test>", "references": ["<b2@shop.test>", "<a1@example.test>"],
    }

    thread_id: UUID
    thread: ThreadView
    message: ThreadMessage
    in_reply_to: str | None = None
    references: list[str] = []
