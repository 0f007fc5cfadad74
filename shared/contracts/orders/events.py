"""What `orders` tells."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict

from shared.contracts import samples
from shared.contracts.message import Event
from shared.contracts.orders.parts import (
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
    """A state of the shop's graph is now this."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.STATE_DEFINITION


class StockChanged(Event, name="stock.changed", subject="sku"):
    """The available stock changed by `change` to `available`, because of `cause`."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "change": -2,
        "available": 23,
        "cause": "order.place",
    }

    sku: Sku
    change: int
    available: int
    cause: str
    order_id: UUID | None = None


class StockShort(Event, name="stock.short", subject="sku"):
    """An order waits for stock: so many pieces are missing."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "missing": 2,
        "order_id": samples.ORDER_ID,
    }

    sku: Sku
    missing: int
    order_id: UUID


class StockReserved(Event, name="stock.reserved", subject="sku"):
    """Stock came in and was set aside for the orders that waited for it, in the order of placing.
    `filled` names those that wait for nothing any more, of no product.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "available": 23,
        "filled": [samples.ORDER_ID],
        "reservations": [{"order_id": samples.ORDER_ID, "quantity": 2, "missing": 0}],
    }

    sku: Sku
    available: int
    reservations: list[Reservation]
    filled: list[UUID]


class OrderPlaced(Event, name="order.placed", subject="order_id"):
    """An order was placed; it stands in its first state. `attach` names the documents that the
    state's mail takes along.
    """

    example: ClassVar[dict[str, Any]] = samples.ORDER_PLACED

    order_id: UUID
    order: OrderSummary
    state: StateView
    lines: list[OrderLineView]
    attach: list[DocumentReference] = []
    delivery_address: Address | None = None
    invoice_address: Address | None = None


class PaymentRecorded(Event, name="payment.recorded", subject="order_id"):
    """Money was received; `due` is what is still missing (negative: too much was paid)."""

    example: ClassVar[dict[str, Any]] = samples.PAYMENT_RECORDED

    order_id: UUID
    order: OrderSummary
    payment: Payment
    due: Money


class OrderTransitioned(Event, name="order.transitioned", subject="order_id"):
    """An order moved to another state. `attach` names the documents that the state's mail takes
    along.
    """

    example: ClassVar[dict[str, Any]] = samples.ORDER_TRANSITIONED

    order_id: UUID
    order: OrderSummary
    came_from: StateKey
    state: StateView
    by: str
    at: AwareDatetime
    forced: bool = False
    attach: list[DocumentReference] = []


class InvoiceIssued(Event, name="invoice.issued", subject="order_id"):
    """An invoice got its number; the snapshot is all that will ever be printed on it."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "document": samples.SNAPSHOT}

    order_id: UUID
    document: DocumentSnapshot


class DeliverySlipIssued(Event, name="delivery_slip.issued", subject="order_id"):
    """A delivery slip got its number; the snapshot is all that will ever be printed on it."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": samples.SNAPSHOT | {"kind": "delivery_slip", "number": "DE000001"},
    }

    order_id: UUID
    document: DocumentSnapshot


class OrderNoted(Event, name="order.noted", subject="order_id"):
    """The private note of an order is now this."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": "Call before delivery.",
        "by": "anna@shop.test",
    }

    order_id: UUID
    note: str
    by: str
