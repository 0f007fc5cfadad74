"""What `orders` can be asked."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.lists import (
    Cursor,
    ListedOrder,
    OrderFilter,
    OrderSort,
)
from shared.contracts.orders.parts import OrderLineView, OrderSummary, Possibility
from shared.contracts.orders.refunds import RefundLeft, RefundView
from shared.contracts.orders.returns import ReturnView
from shared.contracts.orders.settings import Rounding
from shared.contracts.references import OrderId
from shared.contracts.snapshot import ExchangeRate, Exemption, TaxRow
from shared.contracts.values import (
    Address,
    DocumentReference,
    Language,
    Money,
    RecordedPayment,
    ShopZone,
    StateKey,
)


class HistoryEntry(Value):
    """One change of state: never rewritten."""

    state: StateKey
    at: AwareDatetime
    by: str
    forced: bool = False
    reason: str = ""
    label: str = Field(
        default="",
        description="The state's name in the language that was asked for, else in the order's",
    )


class OrderDetail(Answer, name="order.get_answered"):
    """An order with all that belongs to it."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_DETAIL

    order: OrderSummary
    state: StateKey
    state_label: str = Field(description="In the language that was asked for, else in the order's")
    state_since: AwareDatetime
    new_customer: bool = Field(description="Whether it is the customer's first order in the shop")
    products: int = Field(description="Pieces, all lines together")
    messages: int = Field(description="In the customer's threads about this order")
    weight_grams: int = Field(description="Of all products")
    note: str = Field(description="Private: for employees")
    lines: list[OrderLineView]
    products_total: Money = Field(description="Of all lines, in the order's kind of prices")
    shipping: Money
    shipping_tax: TaxRow | None = Field(
        default=None, description="Rate and sums of the shipping, after discounts"
    )
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included",
        description="The kind of prices that lines, discounts and shipping are stated in",
    )
    exemption: Exemption | None = Field(
        default=None, description="Why nothing of the order is taxed"
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None,
        description="At which its documents state the tax in the seller's own currency",
    )
    discounts_total: Money | None = Field(
        default=None, description="Taken off products and shipping, as positive sum"
    )
    net: Money
    tax: Money
    delivery_address: Address
    invoice_address: Address
    delivery_map: str = Field(description="Where the delivery address is searched on OpenStreetMap")
    invoice_map: str = Field(description="Where the invoice address is searched on OpenStreetMap")
    history: list[HistoryEntry]
    payments: list[RecordedPayment]
    documents: list[DocumentReference]
    rounding: Rounding = Rounding()
    invoice_note: str = Field(default="", description="Printed on the next invoice")
    due: Money | None = Field(
        default=None,
        description=(
            "Still to be paid, after refunds; negative: paid too much, and not refunded yet"
        ),
    )
    refunds: list[RefundView] = []
    refund_left: RefundLeft | None = Field(default=None, description="What can still be refunded")
    refund_due: Money | None = Field(
        default=None, description="What was refunded and is still to be given back"
    )
    returns: list[ReturnView] = []
    shipped: bool = Field(
        default=False, description="Whether it is, or was, in a state that ships the goods"
    )


class GetOrder(Query, name="order.get", answer=OrderDetail, subject="order_id"):
    """Asks for one order, by its id or its reference."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "language": "en"}

    order_id: OrderId
    language: Language | None = Field(
        default=None, description="In which the states are named; null: the order's"
    )


class OrderActions(Answer, name="order.actions_answered"):
    """What may be done with an order now, where it may move, and why the rest is not possible."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "state": "payment_accepted",
        "due": samples.euro(0),
        "refund_due": samples.euro(0),
        "actions": [
            {"name": "order.cancel_lines", "possible": False, "reason": "The order is paid."},
            {"name": "refund.create", "kind": "standard", "possible": True},
        ],
        "moves": [{"name": "processing", "label": "Processing in progress", "possible": True}],
    }

    order_id: UUID
    state: StateKey
    actions: list[Possibility]
    moves: list[Possibility]
    due: Money | None = Field(
        default=None, description="Still to be paid; negative: to be refunded as `overpaid`"
    )
    refund_due: Money | None = Field(
        default=None, description="Money that refunds give back and is not marked yet"
    )


class GetOrderActions(Query, name="order.actions", answer=OrderActions, subject="order_id"):
    """Asks what may be done with an order now."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "language": "en"}

    order_id: OrderId
    language: Language | None = Field(
        default=None, description="In which the states are named; null: the order's"
    )


class OrderList(Answer, name="order.list_answered"):
    """A page of orders, in the order that was asked for."""

    example: ClassVar[dict[str, Any]] = {"orders": [samples.LISTED_ORDER], "next": samples.CURSOR}

    orders: list[ListedOrder]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )
    timezone: ShopZone = "UTC"
    total: int | None = Field(
        default=None, description="Where `count` asks for it: how many orders the filter finds now"
    )


class ListOrders(Query, name="order.list", answer=OrderList):
    """Asks for the orders of the shop, a page at a time: newest first, or sorted by a column, and
    by time within.
    """

    example: ClassVar[dict[str, Any]] = {
        "filter": {"search": "ada", "states": ["payment_accepted"], "delivery_country": "GB"},
        "limit": 50,
    }

    filter: OrderFilter = OrderFilter()
    sort: OrderSort = Field(
        default="placed_at",
        description=(
            "`customer` by name; `total` and `paid` by currency and amount; `state` by its key"
        ),
    )
    descending: bool = Field(default=True, description="The last first")
    count: bool = Field(
        default=False, description="Whether to say how many orders the filter finds"
    )
    language: Language = Field(default="en", description="In which the states are named")
    limit: int = Field(default=50, ge=1, le=500, strict=True)
    cursor: Cursor | None = None


class OrderExport(Answer, name="order.export_answered"):
    """A piece of the list as CSV (RFC 4180, UTF-8). All pieces, one behind the other, are the
    file.
    """

    example: ClassVar[dict[str, Any]] = {
        "csv": samples.EXPORTED,
        "rows": 1,
        "total": 1,
        "next": None,
    }

    csv: str = Field(
        description=(
            "The first piece begins with the names of the columns; times are those of the shop's"
            " time zone, with its distance from UTC"
        )
    )
    rows: int = Field(description="Orders in this piece")
    total: int | None = Field(
        default=None, description="In the first piece: how many orders the filter finds now"
    )
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ExportOrders(Query, name="order.export", answer=OrderExport):
    """Asks for the filtered list as CSV, newest first, a piece at a time: see ADR 5."""

    example: ClassVar[dict[str, Any]] = {
        "filter": {"placed_from": "2026-01-01T00:00:00Z"},
        "limit": 1000,
    }

    filter: OrderFilter = OrderFilter()
    language: Language = Field(default="en", description="In which the states are named")
    limit: int = Field(default=1000, ge=1, le=2000, strict=True, description="Orders in a piece")
    cursor: Cursor | None = None
