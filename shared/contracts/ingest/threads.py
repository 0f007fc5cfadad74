"""Define threads: queries, replies, and events."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.ingest.timeline_entries import TimelineEntry
from shared.contracts.message import Answer, Event, Query, Value
from shared.contracts.orders.customers import CustomerAddress
from shared.contracts.orders.lists import Cursor, CustomerKey, FirstLetters, Moment
from shared.contracts.orders.values import By, EmployeeName
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import Email, Language, Money, MoneySum, ShopZone, StateColour

ThreadStatus = Literal["open", "closed", "pending1", "pending2"]


class ThreadView(Value):
    """A thread: one conversation with a customer, with or without an order."""

    thread_id: UUID
    conversation: str = Field(description="`order/<id>` or `thread/<id>`")
    order_id: UUID | None = Field(
        default=None, description="Order that the thread is about; null: none"
    )
    order_reference: str | None = Field(
        default=None, description="Reference of the order; null: none"
    )
    customer_email: Email = Field(description="Address of the customer")
    customer_name: str = Field(default="", description="Name of the customer; empty: unknown")
    language: Language = Field(description="Language of the customer")
    subject: str = Field(description="Subject of the first message")
    status: ThreadStatus = Field(description="Status of the thread")
    owner: str | None = Field(default=None, description="Employee who is responsible; null: nobody")
    opened_at: AwareDatetime = Field(description="When the thread was opened")
    contact: str | None = Field(
        default=None, description="Key of the contact that it was written to; null: unknown"
    )
    customer_id: str | None = Field(
        default=None, description="The storefront's own key of the customer; null: unknown"
    )
    sku: str | None = Field(
        default=None, description="Product that the thread is about; null: none"
    )
    participants: list[Email] = Field(
        default=[],
        description="Further addresses that may post to the thread, approved by an employee",
    )
    merged_into: UUID | None = Field(
        default=None, description="Thread that its messages moved to; null: not merged"
    )
    related: UUID | None = Field(
        default=None, description="Thread that this one may belong to; null: none"
    )
    unread_messages: int = Field(default=0, description="Messages that no employee has read")
    waits_since: AwareDatetime | None = Field(
        default=None,
        description="Since when the customer waits for an answer; null: they do not wait",
    )


class ThreadCustomer(Value):
    """The customer of a thread, from their orders and `customer.changed`."""

    customer_id: str | None = Field(
        description="The storefront's own key of the customer; null: only the address is known"
    )
    email: Email
    name: str = Field(description="Name of the customer; empty: unknown")
    addresses: list[CustomerAddress] = Field(default=[], description="Addresses of the customer")
    order_count: int = Field(description="Number of orders in this shop, in any state")
    valid_orders: int = Field(default=0, description="Number of these orders that count as a sale")
    valid_total: list[MoneySum] = Field(
        default=[], description="Total of those sales, one amount per currency"
    )
    spent: list[MoneySum] = Field(
        description="Payments for all orders, less refunds, one amount per currency"
    )
    registered_at: AwareDatetime | None = Field(
        description="When the customer became known to the shop"
    )


class ThreadOrder(Value):
    """The order that a thread is about, as it is now."""

    order_id: UUID
    reference: str = Field(description="Reference of the order")
    placed_at: AwareDatetime = Field(description="When the order was placed")
    state_label: str = Field(description="Name of the state in the requested language")
    state_colour: StateColour
    valid: bool = Field(default=False, description="Whether the order counts as a sale")
    total: Money = Field(description="Price of the order after discounts, tax included")
    paid: Money = Field(description="Sum of the payments, before refunds")


class ReplyDraft(Value):
    """What an employee starts a reply with."""

    text: str = Field(description="The shop's default reply, with its placeholders filled in")
    language: Language = Field(
        description="Language of the text; the shop may lack one in the customer's language"
    )
    document_numbers: list[str] = Field(
        description="Documents of the order, to attach; empty without an order"
    )


class Thread(Answer, name="thread.get_answered"):
    """A thread with its latest messages, oldest first, its customer and its order."""

    example: ClassVar[dict[str, Any]] = {
        "thread": samples.THREAD_VIEW,
        "messages": [samples.THREAD_MESSAGE],
        "customer": samples.THREAD_CUSTOMER,
        "order": samples.THREAD_ORDER,
        "reply": {
            "text": "Dear Ada Byron,\n\n\n\nAnna, Corner Shop",
            "language": "en",
            "document_numbers": ["IN000001"],
        },
    }

    thread: ThreadView
    messages: list[ThreadMessage] = Field(description="Messages of this page, oldest first")
    customer: ThreadCustomer | None = Field(
        default=None, description="The customer; null: none known"
    )
    order: ThreadOrder | None = Field(default=None, description="The order; null: none")
    earlier: str | None = Field(
        default=None, description="Cursor of the page with earlier messages; null: there are none"
    )
    timeline: list[TimelineEntry] | None = Field(
        default=None,
        description=(
            "Latest entries of the customer's timeline, newest first; null unless `timeline_limit`"
            " was set"
        ),
    )
    reply: ReplyDraft | None = Field(
        default=None, description="Beginning of a reply; null unless `reply_by` was set"
    )
    timezone: ShopZone = "UTC"


class ListedThread(ThreadView):
    """A thread in a list, with its latest message."""

    message_count: int = Field(description="Number of messages, private notes included")
    last_message_at: AwareDatetime | None = Field(
        default=None,
        description="When the latest message was added; null: its messages moved to another thread",
    )
    last_author: str = Field(default="", description="Author of the latest message")
    last_text: str = Field(
        default="", description="Beginning of the latest message, without quotes"
    )
    last_private: bool = Field(
        default=False, description="Whether the latest message is for employees only"
    )
    messages: list[ThreadMessage] | None = Field(
        default=None,
        description="Latest messages, oldest first; null unless `message_limit` was set",
    )


class ThreadList(Answer, name="thread.list_answered"):
    """A page of threads, newest first."""

    example: ClassVar[dict[str, Any]] = {
        "threads": [samples.LISTED_THREAD],
        "next": samples.CURSOR,
    }

    threads: list[ListedThread] = Field(description="Threads of this page")
    next: str | None = None
    timezone: ShopZone = "UTC"


class GetThread(Query, name="thread.get", answer=Thread, subject="thread_id"):
    """Return a thread with its latest messages, its customer and its order."""

    example: ClassVar[dict[str, Any]] = {"thread_id": samples.THREAD_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cursor unknown_thread")

    thread_id: UUID
    limit: int = Field(
        default=200, ge=1, le=500, strict=True, description="Maximum number of messages in a page"
    )
    cursor: Cursor | None = Field(default=None, description="`earlier` of the previous answer")
    language: Language = Field(default="en", description="Language of state names")
    timeline_limit: int | None = Field(
        default=None,
        ge=1,
        le=200,
        strict=True,
        description="Maximum number of entries of the customer's timeline; null: none",
    )
    reply_by: By | None = Field(
        default=None, description="Employee for whom to begin a reply; null: nobody"
    )


class ListThreads(Query, name="thread.list", answer=ThreadList):
    """Return the threads of the shop, newest first, page by page. All conditions must match."""

    example: ClassVar[dict[str, Any]] = {
        "search": "mug broken",
        "contact": "customer_service",
        "waiting": True,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("empty_range nothing_to_search unknown_cursor")

    order_id: OrderId | None = None
    status: ThreadStatus | None = Field(default=None, description="Status of the thread; null: any")
    contact: str | None = Field(
        default=None, max_length=40, description="Key of a contact; null: any"
    )
    owner: EmployeeName | None = Field(
        default=None,
        description="Whole name of the owner; case, accents and punctuation are ignored",
    )
    nobodys: bool = Field(
        default=False, description="Whether to return only threads without an owner"
    )
    customer_id: CustomerKey | None = None
    email: Email | None = Field(
        default=None, description="Address of the customer; case is ignored"
    )
    language: Language | None = Field(
        default=None, description="Language of the customer; null: any"
    )
    waiting: bool | None = Field(
        default=None, description="Whether the customer waits for an answer; null: any"
    )
    unread: bool | None = Field(
        default=None, description="Whether there are messages that no employee has read; null: any"
    )
    opened_from: Moment | None = Field(default=None, description="Opened at this time or later")
    opened_before: Moment | None = Field(default=None, description="Opened before this time")
    search: FirstLetters | None = Field(
        default=None,
        description=(
            "Each word must begin a word in any of: subject, customer, order reference, and the"
            " first 200 different words of the messages"
        ),
    )
    message_limit: int | None = Field(
        default=None,
        ge=1,
        le=200,
        strict=True,
        description="Maximum number of messages to return with each thread; null: none",
    )
    limit: int = Field(default=50, ge=1, le=200, strict=True)
    cursor: Cursor | None = None


class ThreadOpened(Event, name="thread.opened", subject="thread_id"):
    """A thread was opened."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "thread": samples.THREAD_VIEW,
    }

    thread_id: UUID
    thread: ThreadView


class ThreadMessageAdded(Event, name="thread.message_added", subject="thread_id"):
    """A message was added to a thread."""

    example: ClassVar[dict[str, Any]] = {
        "thread_id": samples.THREAD_ID,
        "order_id": samples.ORDER_ID,
        "status": "open",
        "message": samples.THREAD_MESSAGE,
    }

    thread_id: UUID
    order_id: UUID | None = None
    status: ThreadStatus = Field(description="Status of the thread afterwards")
    message: ThreadMessage
