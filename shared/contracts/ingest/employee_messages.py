"""Define messages of employees: replies to threads, messages about orders, notes."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import (
    MAX_FILES,
    AttachmentsAndCopies,
    FormFile,
    RequestedAttachmentsAndCopies,
)
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import ThreadStatus, ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By, Name
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes

PLACEHOLDERS = "{customer_name}, {employee}, {order_reference}, {shop_name}, {subject}"


OWN_TEXT = (
    "Own text, added after the predefined message if there is one; at least one of the two is"
    f" required. Placeholders are filled in: {PLACEHOLDERS}"
)


Seen = Annotated[
    UUID | None,
    Field(
        description=(
            "Last message that the employee saw when they acted: later messages of the customer"
            " stay unread. Null: the read marks decide"
        )
    ),
]


ReplyText = Annotated[str, Field(min_length=1, max_length=1_000_000)]


class ReplyThread(Command, RequestedAttachmentsAndCopies, name="thread.reply", subject="thread_id"):
    """Reply to the customer of a thread, with a predefined message, own text, or both. The reply is
    mailed.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "text": "It left this morning.",
        "by": "anna@shop.test",
        "attach_documents": ["IN000001"],
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text no_text nobody_to_answer "
        "unknown_canned_message unknown_document unknown_message unknown_shop unknown_thread"
    )

    thread_id: UUID
    text: ReplyText | None = Field(default=None, description=OWN_TEXT)
    canned_message: Name | None = Field(default=None, description="Key of a predefined message")
    by: By = Field(description="Employee who replies")
    status: ThreadStatus | None = Field(
        default=None,
        description=(
            "Status of the thread afterwards; null: as set by `desk.put`. The thread stays open"
            " if a message of the customer is unseen"
        ),
    )
    seen: Seen = None


class ThreadReplied(Event, AttachmentsAndCopies, name="thread.replied", subject="thread_id"):
    """An employee replied to a thread. The event contains everything that the mail to the customer
    needs.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "thread": samples.THREAD_VIEW,
        "message": samples.THREAD_MESSAGE | {"direction": "employee", "author": "anna@shop.test"},
        "in_reply_to": "<a1@example.test>",
        "references": ["<b2@shop.test>", "<a1@example.test>"],
    }

    thread_id: UUID
    thread: ThreadView
    message: ThreadMessage
    in_reply_to: str | None = Field(
        default=None, description="Message-ID for the mail's header `In-Reply-To`; null: none"
    )
    references: list[str] = Field(
        default=[], description="Message-IDs for the mail's header `References`"
    )
    unseen: list[UUID] = Field(
        default=[],
        description=(
            "Ids of messages that the customer wrote meanwhile, so that the thread stays open"
        ),
    )


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
        "unknown_canned_message unknown_document unknown_message unknown_order unknown_shop"
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
        default=[], max_length=MAX_FILES, description="Files to store with the note"
    )
    by: By
