"""Define the forwarding of threads to employees and others."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import AttachmentsAndCopies, RequestedAttachmentsAndCopies
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By
from shared.contracts.refusals import codes
from shared.contracts.values import Email


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
        "attachment_too_large attachment_type empty_text unknown_document unknown_shop "
        "unknown_thread"
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
