"""Threads: what they are, what is asked of them, what they tell."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.ingest.files import Carried, Enclosed
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.customers import KnownAddress
from shared.contracts.orders.lists import Cursor, CustomerKey, FirstLetters, Moment
from shared.contracts.orders.parts import By, Name
from shared.contracts.references import OrderId
from shared.contracts.values import Email, Language, Money, ShopZone

ThreadStatus = Literal["open", "closed", "pending1", "pending2"]
PLACEHOLDERS = "{customer_name}, {employee}, {order_reference}, {shop_name}, {subject}"
OWN_WORDS = (
    "Own words, behind the predefined message where there is one; at least one of the two is"
    f" needed. Placeholders are filled in: {PLACEHOLDERS}"
)
Seen = Annotated[
    UUID | None,
    Field(
        description=(
            "The last message that the employee saw when they acted: what the customer wrote after"
            " it stays unread. Null: the read marks tell what was seen"
        )
    ),
]
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
    contact: str | None = Field(
        default=None, description="Key of the contact it was written to, where one is known"
    )
    customer_id: str | None = Field(
        default=None, description="The storefront's key of the customer, where it is known"
    )
    sku: str | None = Field(default=None, description="The product it is about")
    participants: list[Email] = Field(
        default=[], description="Who else may write here: employees let them"
    )
    merged_into: UUID | None = Field(default=None, description="Where its messages are now")
    related: UUID | None = Field(default=None, description="A thread to which this one may belong")
    unread: int = Field(default=0, description="Messages that nobody has read")
    waits_since: AwareDatetime | None = Field(
        default=None, description="Since when the customer waits for an answer"
    )


class ThreadCustomer(Value):
    """What is known of a thread's customer, from their orders and from what `customer.changed` told
    of them.
    """

    customer_id: str | None = Field(description="Null: only his address is known")
    email: Email
    name: str
    addresses: list[KnownAddress] = []
    orders: int = Field(description="How many orders they placed in this shop, in any state")
    valid_orders: int = Field(
        default=0, description="How many of `orders` are in a state that counts as a sale"
    )
    valid_total: list[Money] = Field(default=[], description="What those sales cost, by currency")
    spent: list[Money] = Field(
        description="What they paid for all orders and did not get back, by currency"
    )
    registered_at: AwareDatetime | None = Field(description="Since when the shop knows them")


class ThreadOrder(Value):
    """The order that a thread is about, as it is now."""

    order_id: UUID
    reference: str
    placed_at: AwareDatetime
    state: str = Field(description="Its name in the `language` of the question")
    colour: str
    valid: bool = Field(default=False, description="Whether it counts as a sale")
    total: Money
    paid: Money


class ReplyThread(Command, Enclosed, name="thread.reply", subject="thread_id"):
    """An employee answers, with a predefined message, their own words, or both; the customer gets
    it by mail.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "text": "It left this morning.",
        "by": "anna@shop.test",
        "documents": ["IN000001"],
    }

    thread_id: UUID
    text: Body | None = Field(default=None, description=OWN_WORDS)
    canned_message: Name | None = None
    by: Annotated[str, Field(min_length=1, max_length=100)]
    status: ThreadStatus | None = Field(
        default=None,
        description=(
            "Of the thread afterwards; null: as `desk.put` says. It stays open where the customer"
            " wrote something that was not seen"
        ),
    )
    seen: Seen = None


class Thread(Answer, name="thread.get_answered"):
    """A thread with its latest messages, oldest first, and what is known of its customer and
    order.
    """

    example: ClassVar[dict[str, Any]] = {
        "thread": samples.THREAD_VIEW,
        "messages": [samples.THREAD_MESSAGE],
        "customer": samples.THREAD_CUSTOMER,
        "order": samples.THREAD_ORDER,
    }

    thread: ThreadView
    messages: list[ThreadMessage]
    customer: ThreadCustomer | None = None
    order: ThreadOrder | None = None
    earlier: str | None = Field(
        default=None, description="Ask with this `cursor` for those before; null: that was all"
    )
    timezone: ShopZone = "UTC"


class ListedThread(ThreadView):
    """A thread, how much was written in it, and the beginning of its latest message."""

    messages: int = Field(description="How many there are, with private notes")
    last_message_at: AwareDatetime | None = Field(
        default=None, description="Null: its messages are in the thread that it was merged into"
    )
    last_author: str = ""
    last_text: str = Field(
        default="", description="How that message begins, without what it quotes"
    )
    last_private: bool = Field(
        default=False, description="Whether that message is for employees only"
    )


class ThreadList(Answer, name="thread.list_answered"):
    """A page of threads, newest first."""

    example: ClassVar[dict[str, Any]] = {
        "threads": [samples.LISTED_THREAD],
        "next": samples.CURSOR,
    }

    threads: list[ListedThread]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )
    timezone: ShopZone = "UTC"


class GetThread(Query, name="thread.get", answer=Thread, subject="thread_id"):
    """Asks for a thread and its messages, the latest ones first."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID}

    thread_id: UUID
    limit: int = Field(default=200, ge=1, le=500, strict=True, description="Messages at once")
    cursor: Cursor | None = Field(
        default=None, description="`earlier` of the answer before, as it came"
    )
    language: Language = Field(default="en", description="In which the order's state is named")


class ListThreads(Query, name="thread.list", answer=ThreadList):
    """Asks for the threads of the shop, newest first, a page at a time; every field that is given
    must fit.
    """

    example: ClassVar[dict[str, Any]] = {
        "search": "mug broken",
        "contact": "customer_service",
        "waiting": True,
    }

    order_id: OrderId | None = None
    status: ThreadStatus | None = None
    contact: str | None = Field(default=None, max_length=40)
    owner: By | None = Field(
        default=None, description="The whole name; case, accents and punctuation do not matter"
    )
    nobodys: bool = Field(default=False, description="Those that have no owner")
    customer_id: CustomerKey | None = None
    email: Email | None = Field(
        default=None, description="The customer's; upper and lower case are the same"
    )
    language: Language | None = None
    waiting: bool | None = Field(
        default=None, description="Whether the customer waits for an answer"
    )
    unread: bool | None = Field(
        default=None, description="Whether there is something that nobody has read"
    )
    opened_from: Moment | None = Field(default=None, description="Opened then or later")
    opened_before: Moment | None = Field(default=None, description="Opened earlier than this")
    search: FirstLetters | None = Field(
        default=None,
        description=(
            "Each word in any of: subject, customer, order reference, and the first 200 different"
            " words of messages. Punctuation binds words that have no space between them"
        ),
    )
    limit: int = Field(default=50, ge=1, le=200, strict=True)
    cursor: Cursor | None = None


class ThreadOpened(Event, name="thread.opened", subject="thread_id"):
    """A new thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "thread": samples.THREAD_VIEW,
    }

    thread_id: UUID
    thread: ThreadView


class ThreadMessageAdded(Event, name="thread.message_added", subject="thread_id"):
    """A message was filed into a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "order_id": samples.ORDER_ID,
        "status": "open",
        "message": samples.THREAD_MESSAGE,
    }

    thread_id: UUID
    order_id: UUID | None = None
    status: ThreadStatus
    message: ThreadMessage


class ThreadReplied(Event, Carried, name="thread.replied", subject="thread_id"):
    """An employee answered. Carries what the mail to the customer needs, threading headers
    included.
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
    in_reply_to: str | None = None
    references: list[str] = []
    unseen: list[UUID] = Field(
        default=[],
        description=(
            "Messages of the customer that came meanwhile and were not seen: the thread stays open"
        ),
    )
