"""What employees do with threads beside answering them, and what they write on orders."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import MOST_FILES, Carried, Enclosed, FormFile
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import OWN_WORDS, Seen, ThreadStatus, ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.parts import By, Name
from shared.contracts.references import OrderId
from shared.contracts.values import Email


class SetThreadStatus(Command, name="thread.set_status", subject="thread_id"):
    """Gives a thread another status; any may follow any. While a message of the customer was not
    seen, it is only opened.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "status": "pending1",
        "by": "anna@shop.test",
    }

    thread_id: UUID
    status: ThreadStatus
    by: By
    seen: Seen = None


class ThreadStatusChanged(Event, name="thread.status_changed", subject="thread_id"):
    """A thread has another status."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "came_from": "open",
        "status": "pending1",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    came_from: ThreadStatus
    status: ThreadStatus
    by: str
    at: AwareDatetime


class AssignThread(Command, name="thread.assign", subject="thread_id"):
    """Gives a thread to an employee, or to nobody."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "owner": "bela@shop.test",
        "by": "anna@shop.test",
    }

    thread_id: UUID
    owner: By | None
    by: By


class ThreadAssigned(Event, name="thread.assigned", subject="thread_id"):
    """A thread belongs to another employee, or to nobody."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "came_from": "anna@shop.test",
        "owner": "bela@shop.test",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    came_from: str | None
    owner: str | None
    by: str
    at: AwareDatetime


class ForwardThread(Command, Enclosed, name="thread.forward", subject="thread_id"):
    """Mails a thread with a comment and its files to another employee, who becomes its owner, or to
    someone else. The comment stays in the thread as a private note.

    An employee who answers that mail from the same address answers the customer, as by
    `thread.reply`; with `advice`, and from anybody else, the answer becomes a private note.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "email": "bela@shop.test",
        "employee": "bela@shop.test",
        "comment": "Could you look at this?",
        "by": "anna@shop.test",
    }

    thread_id: UUID
    email: Email
    employee: By | None = Field(
        default=None, description="Who it is, if an employee; null: someone else"
    )
    comment: str = Field(default="", max_length=20_000)
    advice: bool = Field(
        default=False,
        description=(
            "The employee is asked for advice only: what they answer by mail stays a private note"
        ),
    )
    by: By


class ThreadForwarded(Event, Carried, name="thread.forwarded", subject="thread_id"):
    """A thread is to be mailed to an employee or someone else. `messages` are the latest of it,
    oldest first; someone else is shown none that is private. `attachments` are those of the
    command, then the files of the messages, the latest first.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "forward_id": samples.MESSAGE_ID,
        "email": "bela@shop.test",
        "employee": "bela@shop.test",
        "comment": "Could you look at this?",
        "by": "anna@shop.test",
        "thread": samples.THREAD_VIEW | {"owner": "bela@shop.test"},
        "messages": [samples.THREAD_MESSAGE],
    }

    thread_id: UUID
    forward_id: UUID = Field(description="Message id of the note that keeps the comment")
    email: Email
    employee: str | None
    comment: str
    advice: bool = Field(
        default=False, description="What an employee answers by mail stays a private note"
    )
    by: str
    thread: ThreadView
    messages: list[ThreadMessage]
    omitted: int = Field(default=0, description="Earlier messages that are not told here")
    left_out: list[str] = Field(
        default=[],
        description=(
            "Names of files that are not attached: together they are too large, or they could run"
        ),
    )


class ConfirmSender(Command, name="thread.confirm_sender", subject="thread_id"):
    """An employee knows who wrote a message that is not `verified`: from then on its sender may
    write in this thread, and what they wrote is `private` no longer. They do not become the
    customer.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "by": "anna@shop.test",
    }

    thread_id: UUID
    message_id: UUID
    by: By


class SenderConfirmed(Event, name="thread.sender_confirmed", subject="thread_id"):
    """Somebody who is not the customer may write in a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "email": "ada@work.test",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    message_id: UUID
    email: Email
    by: str
    at: AwareDatetime


class MarkThreadRead(Command, name="thread.mark_read", subject="thread_id"):
    """An employee read what is in a thread now, or as far as `seen`. Read or not, it waits until it
    is answered.
    """

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "by": "anna@shop.test"}

    thread_id: UUID
    by: By
    seen: Seen = None


class ThreadViewed(Event, name="thread.viewed", subject="thread_id"):
    """An employee read what was new in a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "messages": 1,
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    messages: int = Field(description="How many were unread")
    by: str
    at: AwareDatetime


class PostOrderMessage(Command, Enclosed, name="thread.post_order_message", subject="order_id"):
    """An employee writes about an order, with a predefined message, their own words, or both: a
    note for employees (`private`), or a message that is mailed to the customer. It is stored in the
    thread of the order, which need not exist before.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "canned_message": "delay",
        "text": "We expect it on Monday.",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    text: str | None = Field(default=None, min_length=1, max_length=100_000, description=OWN_WORDS)
    canned_message: Name | None = None
    private: bool = False
    by: By
    seen: Seen = None


class OrderMessagePosted(Event, Carried, name="thread.order_message_posted", subject="thread_id"):
    """An employee wrote to the customer about an order; the message is to be mailed, with these
    threading headers.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "order_id": samples.ORDER_ID,
        "thread": samples.THREAD_VIEW,
        "message": samples.THREAD_MESSAGE | {"direction": "employee", "author": "anna@shop.test"},
        "in_reply_to": "<a1@example.test>",
        "references": ["<a1@example.test>"],
    }

    thread_id: UUID
    order_id: UUID
    thread: ThreadView
    message: ThreadMessage
    in_reply_to: str | None = None
    references: list[str] = []


class AddNote(Command, name="thread.add_note", subject="thread_id"):
    """Keeps a private note in a thread: for employees only, and never mailed. It changes nothing
    else.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "text": "She called: it is urgent.",
        "by": "anna@shop.test",
    }

    thread_id: UUID
    text: str = Field(min_length=1, max_length=100_000)
    attachments: list[FormFile] = Field(
        default=[], max_length=MOST_FILES, description="Files to keep with it"
    )
    by: By
