"""Words for refunds and returns."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.orders.domain import refunding
from services.orders.domain.order import Order
from services.orders.domain.refunding import Refunded
from shared.contracts.orders import CreateRefund
from shared.contracts.reason import Reason
from tests.orders.words import NOON, Numbers, Storefront, a_placed_order, move

LATER = NOON + timedelta(days=3)


def a_paid_order(**changes: Any) -> Order:
    """Two mugs and their shipping, 28.70 euro, paid and invoiced."""
    return move(a_placed_order(**changes), "payment_accepted").order


def a_shipped_order(**changes: Any) -> Order:
    """The same, shipped, by a shop that takes goods back."""
    order = move(move(a_paid_order(**changes), "processing").order, "shipped").order
    return replace(order, shop=replace(order.shop, returns=True))


def try_to_refund(order: Order, kind: str = "standard", **terms: Any) -> Refunded | Reason:
    data = {
        "order_id": order.order_id,
        "refund_id": uuid4(),
        "kind": kind,
        "by": "anna@shop.test",
        **terms,
    }
    return refunding.create(order, CreateRefund.model_validate(data), Numbers(), LATER)


def refund(order: Order, kind: str = "standard", **terms: Any) -> Refunded:
    """A refund that must be granted; without lines, of all pieces of the first."""
    done = try_to_refund(order, kind, **{"lines": [{"line": 1, "quantity": 2}], **terms})
    assert isinstance(done, Refunded), done
    return done


def a_refund(order_id: str, **changes: Any) -> dict[str, Any]:
    """`refund.create` of both mugs and the shipping."""
    return {
        "order_id": order_id,
        "refund_id": str(uuid4()),
        "kind": "standard",
        "lines": [{"line": 1, "quantity": 2}],
        "refund_shipping": True,
        "by": "anna@shop.test",
        **changes,
    }


def a_return(order_id: str, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """`return.request` of mugs."""
    return {
        "order_id": order_id,
        "return_id": str(uuid4()),
        "lines": [{"line": 1, "quantity": quantity}],
        "reason": "It is chipped.",
        **changes,
    }


def ship(shop: Storefront, **changes: Any) -> str:
    """A new order, paid and shipped; its id."""
    order_id = shop.place(**changes)
    for state in ("payment_accepted", "processing", "shipped"):
        shop.move(order_id, state)
    return order_id
