"""What `orders` can be asked."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.parts import DocumentReference, OrderLineView, OrderSummary, Possibility
from shared.contracts.orders.settings import Rounding
from shared.contracts.values import Address, Money, Payment, StateKey


class HistoryEntry(Value):
    """One change of state: never rewritten."""

    state: StateKey
    at: AwareDatetime
    by: str
    forced: bool = False
    reason: str = ""


class OrderDetail(Answer, name="order.get_answered"):
    """An order with all that belongs to it."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_DETAIL

    order: OrderSummary
    state: StateKey
    lines: list[OrderLineView]
    shipping: Money
    net: Money
    tax: Money
    delivery_address: Address
    invoice_address: Address
    history: list[HistoryEntry]
    payments: list[Payment]
    documents: list[DocumentReference]
    rounding: Rounding = Rounding()


class GetOrder(Query, name="order.get", answer=OrderDetail, subject="order_id"):
    """Asks for one order, by its id."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID


class OrderActions(Answer, name="order.actions_answered"):
    """What may be done with an order now, where it may move, and why the rest is not possible."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "state": "payment_accepted",
        "actions": [
            {"name": "cancel_products", "possible": False, "reason": "The order is paid."},
            {"name": "standard_refund", "possible": True},
        ],
        "moves": [{"name": "processing", "label": "Processing in progress", "possible": True}],
    }

    order_id: UUID
    state: StateKey
    actions: list[Possibility]
    moves: list[Possibility]


class GetOrderActions(Query, name="order.actions", answer=OrderActions, subject="order_id"):
    """Asks what may be done with an order now."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID
