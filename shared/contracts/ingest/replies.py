"""Define replies of employees to threads."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import AttachmentsAndCopies, RequestedAttachmentsAndCopies
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.threads import ThreadStatus, ThreadView
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import Name
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
        "documents": ["IN000001"],
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "attachment_too_large attachment_type empty_text no_text nobody_to_answer "
        "unknown_canned_message unknown_document unknown_message unknown_thread"
    )

    thread_id: UUID
    text: ReplyText | None = Field(default=None, description=OWN_TEXT)
    canned_message: Name | None = Field(default=None, description="Key of a predefined message")
    by: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="Employee who replies"
    )
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
