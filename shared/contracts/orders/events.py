"""Define the events of `orders` on stock, states and the life of an order."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Event
from shared.contracts.orders.values import (
    OrderLineView,
    OrderSummary,
    Reservation,
    StateDefinition,
    StateView,
)
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import (
    Address,
    DocumentReference,
    Money,
    Payment,
    Sku,
    StateKey,
)


class StateChanged(Event, StateDefinition, name="state.changed", subject="key"):
    """A state of the shop's graph was added or changed; the event contains its definition."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.STATE_DEFINITION


class StockChanged(Event, name="stock.changed", subject="sku"):
    """The available stock of a product changed, because of an order, a count or an adjustment."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "change": -2,
        "available": 23,
        "cause": "order.place",
    }

    sku: Sku
    change: int = Field(description="Pieces added; negative: removed")
    available: int = Field(description="Pieces available afterwards")
    cause: str = Field(
        description="Name of the command or state that changed it, or the words of an employee"
    )
    order_id: UUID | None = Field(
        default=None, description="Order that took or returned the stock; null: none"
    )


class StockShort(Event, name="stock.short", subject="sku"):
    """An order lacks stock of a product and waits for it. Published when an order is placed or
    edited beyond the stock.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "missing": 2,
        "order_id": samples.ORDER_ID,
    }

    sku: Sku
    missing: int = Field(description="Pieces that the order waits for")
    order_id: UUID


class StockReserved(Event, name="stock.reserved", subject="sku"):
    """Stock arrived and was reserved for waiting orders, the oldest order first."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "available": 23,
        "filled_order_ids": [samples.ORDER_ID],
        "reservations": [{"order_id": samples.ORDER_ID, "quantity": 2, "missing": 0}],
    }

    sku: Sku
    available: int = Field(description="Pieces available afterwards")
    reservations: list[Reservation] = Field(
        description="Orders that received stock, the oldest first"
    )
    filled_order_ids: list[UUID] = Field(
        description="Ids of the orders that wait for no product any more"
    )


class OrderPlaced(Event, name="order.placed", subject="order_id"):
    """The order was placed and is in its first state."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_PLACED

    order_id: UUID
    order: OrderSummary
    new_state: StateView = Field(description="The first state, with its effects")
    lines: list[OrderLineView] = Field(description="Lines of the order, with gifts")
    attach: list[DocumentReference] = Field(
        default=[], description="Documents to attach to the mail of the state"
    )
    delivery_address: Address | None = None
    invoice_address: Address | None = None


class PaymentRecorded(Event, name="payment.recorded", subject="order_id"):
    """A payment for the order was recorded. Corrections are published as `payment.reversed`."""

    example: ClassVar[dict[str, Any]] = samples.PAYMENT_RECORDED

    order_id: UUID
    order: OrderSummary
    payment: Payment = Field(description="The payment")
    due: Money = Field(description="Still to be paid; negative: overpaid")


class OrderTransitioned(Event, name="order.transitioned", subject="order_id"):
    """The order moved to another state."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_TRANSITIONED

    order_id: UUID
    order: OrderSummary
    came_from: StateKey = Field(description="Key of the previous state")
    new_state: StateView = Field(description="The state that it moved to, with its effects")
    by: str
    at: AwareDatetime
    forced: bool = Field(default=False, description="Whether the move is not in the graph")
    attach: list[DocumentReference] = Field(
        default=[], description="Documents to attach to the mail of the state"
    )


class InvoiceIssued(Event, name="invoice.issued", subject="order_id"):
    """An invoice was issued and has its number. The snapshot is everything printed on it,
    for ever.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "document": samples.SNAPSHOT}

    order_id: UUID
    document: DocumentSnapshot


class DeliverySlipIssued(Event, name="delivery_slip.issued", subject="order_id"):
    """A delivery slip was issued and has its number. The snapshot is everything printed on it, for
    ever.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": samples.SNAPSHOT | {"kind": "delivery_slip", "number": "DE000001"},
    }

    order_id: UUID
    document: DocumentSnapshot


class OrderNoted(Event, name="order.noted", subject="order_id"):
    """The private note of the order was set."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": "Call before delivery.",
        "by": "anna@shop.test",
    }

    order_id: UUID
    note: str = Field(description="The note; empty: removed")
    by: str
