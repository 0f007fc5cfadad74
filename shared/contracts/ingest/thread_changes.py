"""Define the changes of threads by employees: status, owner, senders, read marks."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.employee_messages import Seen
from shared.contracts.ingest.threads import ThreadStatus
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By, EmployeeName
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
    owner: EmployeeName | None = Field(description="Employee who is responsible; null: nobody")
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
        "message_count": 1,
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    thread_id: UUID
    message_count: int = Field(description="Number of messages that were unread")
    by: str
    at: AwareDatetime
