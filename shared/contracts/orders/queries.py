"""Define the queries on orders, and their answers."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.actions import PossibleAction, PossibleMove
from shared.contracts.orders.lists import (
    Cursor,
    ListedOrder,
    OrderFilter,
    OrderSort,
)
from shared.contracts.orders.refund_values import RefundableAmounts, RefundView
from shared.contracts.orders.returns import ReturnView
from shared.contracts.orders.rounding import Rounding
from shared.contracts.orders.values import OrderLineView, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import ExchangeRate, Exemption, TaxRow
from shared.contracts.values import (
    Address,
    DocumentReference,
    Language,
    Money,
    RecordedPayment,
    ShopZone,
    StateColour,
    StateKey,
)


class HistoryEntry(Value):
    """A change of state; history is never rewritten."""

    state: StateKey
    at: AwareDatetime = Field(description="When the order reached the state")
    by: str
    forced: bool = Field(default=False, description="Whether the move was not in the graph")
    reason: str = Field(
        default="", description="Why the employee moved the order; empty: not given"
    )
    state_label: str = Field(
        default="",
        description="Name of the state in the requested language, else in the order's",
    )
    state_colour: StateColour = ""


class OrderDetail(Answer, name="order.get_answered"):
    """An order with its lines, addresses, payments, documents, refunds and history."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_DETAIL

    order: OrderSummary
    state: StateKey = Field(description="Key of the current state")
    state_label: str = Field(
        description="Name of the state in the requested language, else in the order's"
    )
    state_colour: StateColour
    state_since: AwareDatetime = Field(description="When the order reached its state")
    new_customer: bool = Field(description="Whether it is the customer's first order in the shop")
    quantity: int = Field(description="Pieces of all lines")
    message_count: int = Field(description="Messages in the customer's threads about this order")
    weight_grams: int = Field(description="Weight of all products in grams")
    note: str = Field(description="Private note, for employees")
    lines: list[OrderLineView] = Field(description="Lines of the order, as sold")
    products_total: Money = Field(
        description="Price of all lines before discounts, in the order's kind of prices"
    )
    shipping: Money = Field(
        description="Price of shipping before discounts, in the order's kind of prices"
    )
    shipping_tax: TaxRow | None = Field(
        default=None, description="Rate and amounts of shipping, after discounts"
    )
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included",
        description="Whether prices of lines, shipping and discounts include tax",
    )
    exemption: Exemption | None = Field(
        default=None, description="Why the order is not taxed; null: it is taxed"
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None,
        description="Rate for the tax in the seller's own currency on documents; null: none",
    )
    discounts_total: Money | None = Field(
        default=None, description="Amount taken off products and shipping, positive"
    )
    net: Money = Field(description="Price of the order without tax")
    tax: Money = Field(description="Tax on the order")
    delivery_address: Address
    invoice_address: Address
    delivery_map: str = Field(
        description="Address of a search for the delivery address on OpenStreetMap"
    )
    invoice_map: str = Field(
        description="Address of a search for the invoice address on OpenStreetMap"
    )
    history: list[HistoryEntry] = Field(description="Changes of state, oldest first")
    payments: list[RecordedPayment] = Field(description="Payments and reversals, oldest first")
    documents: list[DocumentReference] = Field(
        description="Documents issued for the order, oldest first"
    )
    rounding: Rounding = Field(
        default=Rounding(), description="How taxes are rounded; fixed when the order is placed"
    )
    invoice_note: str = Field(default="", description="Printed on the next invoice")
    due: Money | None = Field(
        default=None,
        description="Still to be paid, after refunds; negative: overpaid and not refunded yet",
    )
    refunds: list[RefundView] = Field(default=[], description="Refunds of the order, oldest first")
    refundable_amounts: RefundableAmounts | None = Field(
        default=None, description="Amounts and pieces that can still be refunded"
    )
    refund_due: Money | None = Field(
        default=None, description="Refunded money that is still to be given back"
    )
    returns: list[ReturnView] = Field(default=[], description="Returns of the order, oldest first")
    shipped: bool = Field(
        default=False, description="Whether the order is, or was, in a state that ships the goods"
    )
    actions: list[PossibleAction] | None = Field(
        default=None, description="Commands on the order; null unless `with_actions` was set"
    )
    moves: list[PossibleMove] | None = Field(
        default=None,
        description="States that the order could move to; null unless `with_actions` was set",
    )


class GetOrder(Query, name="order.get", answer=OrderDetail, subject="order_id"):
    """Return one order, by its id or its reference."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "language": "en"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_order")

    order_id: OrderId
    language: Language | None = Field(
        default=None, description="Language of state names; null: the order's"
    )
    with_actions: bool = Field(
        default=False, description="Whether to return actions and moves, as `order.actions` does"
    )


class OrderActions(Answer, name="order.actions_answered"):
    """The actions and moves that an order allows now, and why others are not possible."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "state": "payment_accepted",
        "due": samples.euro(0),
        "refund_due": samples.euro(0),
        "actions": samples.POSSIBLE_ACTIONS,
        "moves": samples.POSSIBLE_MOVES,
    }

    order_id: UUID
    state: StateKey = Field(description="Key of the current state")
    actions: list[PossibleAction] = Field(description="Commands on the order")
    moves: list[PossibleMove] = Field(description="States that the order could move to")
    due: Money | None = Field(
        default=None,
        description="Still to be paid; negative: overpaid, to be refunded with `refund_overpaid`",
    )
    refund_due: Money | None = Field(
        default=None, description="Refunded money that is not marked as given back yet"
    )


class GetOrderActions(Query, name="order.actions", answer=OrderActions, subject="order_id"):
    """Return the actions and moves that an order allows now."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "language": "en"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("move_not_possible unknown_order")

    order_id: OrderId
    language: Language | None = Field(
        default=None, description="Language of state names; null: the order's"
    )


class OrderList(Answer, name="order.list_answered"):
    """A page of orders, sorted as requested."""

    example: ClassVar[dict[str, Any]] = {"orders": [samples.LISTED_ORDER], "next": samples.CURSOR}

    orders: list[ListedOrder] = Field(description="Orders of this page")
    next: str | None = None
    timezone: ShopZone = "UTC"
    total_count: int | None = Field(
        default=None,
        description="Number of orders that match; null unless `with_total_count` was set",
    )


class ListOrders(Query, name="order.list", answer=OrderList):
    """Return the orders of the shop that match a filter, page by page: newest first, or sorted by a
    column.
    """

    example: ClassVar[dict[str, Any]] = {
        "filter": {"search": "ada", "state_keys": ["payment_accepted"], "delivery_country": "GB"},
        "limit": 50,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "empty_range nothing_to_search unknown_cursor unknown_state wrong_currency"
    )

    filter: OrderFilter = Field(
        default=OrderFilter(), description="Conditions, all of which must match"
    )
    sort: OrderSort = Field(
        default="placed_at",
        description=(
            "Column to sort by, then by time: `customer` by name, `total` and `paid` by currency"
            " and amount, `state` by its key"
        ),
    )
    descending: bool = Field(default=True, description="Whether to sort from last to first")
    with_total_count: bool = Field(
        default=False, description="Whether to count the orders that match the filter"
    )
    language: Language | None = Field(
        default=None, description="Language of state names; null: the shop's `default_language`"
    )
    limit: int = Field(default=50, ge=1, le=500, strict=True)
    cursor: Cursor | None = None


class OrderExport(Answer, name="order.export_answered"):
    """A piece of the list as CSV (RFC 4180, UTF-8). Concatenate all pieces to get the file."""

    example: ClassVar[dict[str, Any]] = {
        "csv": samples.EXPORTED,
        "rows": 1,
        "total_count": 1,
        "next": None,
    }

    csv: str = Field(
        description=(
            "The first piece begins with the column names; times are in the shop's time zone,"
            " with their offset from UTC"
        )
    )
    rows: int = Field(description="Number of orders in this piece")
    total_count: int | None = Field(
        default=None, description="In the first piece: number of orders that match the filter"
    )
    next: str | None = None


class ExportOrders(Query, name="order.export", answer=OrderExport):
    """Return the filtered list as CSV, newest first, piece by piece."""

    example: ClassVar[dict[str, Any]] = {
        "filter": {"placed_from": "2026-01-01T00:00:00Z"},
        "limit": 1000,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "empty_range nothing_to_search unknown_cursor unknown_state wrong_currency"
    )

    filter: OrderFilter = Field(
        default=OrderFilter(), description="Conditions, all of which must match"
    )
    language: Language | None = Field(
        default=None, description="Language of state names; null: the shop's `default_language`"
    )
    limit: int = Field(default=1000, ge=1, le=2000, strict=True, description="Orders in a piece")
    cursor: Cursor | None = None
