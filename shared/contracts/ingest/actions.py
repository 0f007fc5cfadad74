"""Define the commands and events of employees' work on threads, apart from replies."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import (
    MOST_FILES,
    AttachmentsAndCopies,
    FormFile,
    RequestedAttachmentsAndCopies,
)
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.replies import OWN_TEXT, Seen
from shared.contracts.ingest.threads import ThreadStatus, ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By, Name
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import Email


class SetThreadStatus(Command, name="thread.set_status", subject="thread_id"):
    """Set the status of a thread. Any status may follow any other; while a message of the customer
    is unseen, only `open` is accepted.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "status": "pending1",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "unknown_message unknown_thread unseen_messages"
    )

    thread_id: UUID
    status: ThreadStatus = Field(description="New status")
    by: By
    seen: Seen = None


class ThreadStatusChanged(Event, name="thread.status_changed", subject="thread_id"):
    """The status of a thread was changed."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "came_from": "open",
        "status": "pending1",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    came_from: ThreadStatus = Field(description="Status before")
    status: ThreadStatus = Field(description="Status now")
    by: str
    at: AwareDatetime


class AssignThread(Command, name="thread.assign", subject="thread_id"):
    """Assign a thread to an employee, or to nobody."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "owner": "bela@shop.test",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_thread")

    thread_id: UUID
    owner: By | None = Field(description="Employee who is responsible; null: nobody")
    by: By


class ThreadAssigned(Event, name="thread.assigned", subject="thread_id"):
    """A thread was assigned to another employee, or to nobody."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "came_from": "anna@shop.test",
        "owner": "bela@shop.test",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    came_from: str | None = Field(description="Owner before; null: nobody")
    owner: str | None = Field(description="Owner now; null: nobody")
    by: str
    at: AwareDatetime


class ForwardThread(
    Command, RequestedAttachmentsAndCopies, name="thread.forward", subject="thread_id"
):
    """Mail a thread with a comment and its files to an employee or another person. An employee
    becomes the owner of the thread. The comment is stored in it as a private note.

    A reply of the employee from the same address goes to the customer, as by `thread.reply`; with
    `advice`, and from any other sender, it becomes a private note.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "email": "bela@shop.test",
        "employee": "bela@shop.test",
        "comment": "Could you look at this?",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text unknown_document unknown_thread"
    )

    thread_id: UUID
    email: Email = Field(description="Address of the recipient")
    employee: By | None = Field(
        default=None, description="Name of the employee; null: the recipient is another person"
    )
    comment: str = Field(default="", max_length=20_000, description="Comment for the recipient")
    advice: bool = Field(
        default=False,
        description=(
            "Whether the employee is only asked for advice: their mailed reply becomes a private"
            " note"
        ),
    )
    by: By


class ThreadForwarded(Event, AttachmentsAndCopies, name="thread.forwarded", subject="thread_id"):
    """A thread was forwarded and is to be mailed to an employee or another person. `attachments`
    are those of the command, then the files of the messages, the latest first.
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
    forward_id: UUID = Field(description="Id of the note with the comment")
    email: Email = Field(description="Address of the recipient")
    employee: str | None = Field(
        description="Name of the employee; null: the recipient is another person"
    )
    comment: str = Field(description="Comment for the recipient")
    advice: bool = Field(
        default=False, description="Whether a mailed reply of the employee becomes a private note"
    )
    by: str
    thread: ThreadView
    messages: list[ThreadMessage] = Field(
        description=(
            "Latest messages, oldest first; none that are private if the recipient is another"
            " person"
        )
    )
    omitted: int = Field(default=0, description="Number of earlier messages that are left out")
    left_out: list[str] = Field(
        default=[],
        description=(
            "Names of files that are not attached, because they are too large together or could"
            " be executed"
        ),
    )


class ConfirmSender(Command, name="thread.confirm_sender", subject="thread_id"):
    """Allow the unverified sender of a message to post to its thread. Messages of the sender in it
    are not `private` any more. The sender does not become the customer.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "nobody_to_confirm unknown_message unknown_thread"
    )

    thread_id: UUID
    message_id: UUID = Field(description="Id of a message by that sender")
    by: By


class SenderConfirmed(Event, name="thread.sender_confirmed", subject="thread_id"):
    """A sender other than the customer was allowed to post to a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "message_id": samples.MESSAGE_ID,
        "email": "ada@work.test",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    message_id: UUID = Field(description="Id of the message that was confirmed")
    email: Email = Field(description="Address of the sender")
    by: str
    at: AwareDatetime


class MarkThreadRead(Command, name="thread.mark_read", subject="thread_id"):
    """Mark a thread as read, entirely or up to `seen`. It still waits until it is answered."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID, "by": "anna@shop.test"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_message unknown_thread")

    thread_id: UUID
    by: By
    seen: Seen = None


class ThreadViewed(Event, name="thread.viewed", subject="thread_id"):
    """An employee read the new messages of a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "messages": 1,
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    messages: int = Field(description="Number of messages that were unread")
    by: str
    at: AwareDatetime


class PostOrderMessage(
    Command, RequestedAttachmentsAndCopies, name="thread.post_order_message", subject="order_id"
):
    """Post a message about an order: a predefined message, own text, or both. It is mailed to the
    customer, or with `private` stored as a note for employees. The thread of the order is opened if
    there is none.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "canned_message": "delay",
        "text": "We expect it on Monday.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text no_text nobody_to_answer "
        "unknown_canned_message unknown_document unknown_message unknown_order"
    )

    order_id: OrderId
    text: str | None = Field(default=None, min_length=1, max_length=100_000, description=OWN_TEXT)
    canned_message: Name | None = Field(default=None, description="Key of a predefined message")
    private: bool = Field(default=False, description="Whether it is a note for employees")
    by: By
    seen: Seen = None


class OrderMessagePosted(
    Event, AttachmentsAndCopies, name="thread.order_message_posted", subject="thread_id"
):
    """An employee's message about an order was posted and is to be mailed to the customer."""

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
    in_reply_to: str | None = Field(
        default=None, description="Message-ID for the mail's header `In-Reply-To`; null: none"
    )
    references: list[str] = Field(
        default=[], description="Message-IDs for the mail's header `References`"
    )


class AddNote(Command, name="thread.add_note", subject="thread_id"):
    """Add a private note to a thread, for employees only. It is never mailed, and changes nothing
    else.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "text": "She called: it is urgent.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text unknown_thread"
    )

    thread_id: UUID
    text: str = Field(min_length=1, max_length=100_000, description="Text of the note")
    attachments: list[FormFile] = Field(
        default=[], max_length=MOST_FILES, description="Files to store with the note"
    )
    by: By
