"""Words for orders that are changed after they were placed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from services.orders.domain import changing, discounting, editing
from services.orders.domain.correct_invoice import correct
from services.orders.domain.corrections import Edited
from services.orders.domain.order import Order
from services.orders.domain.pricing import by_rate
from services.orders.domain.shop import Product
from shared.contracts.message import Event
from shared.contracts.orders import (
    AddDiscount,
    AddLines,
    CancelLines,
    ChangeAddress,
    ChangeShipping,
    CorrectInvoice,
    EditLines,
    RemoveDiscount,
)
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.refunds import LATER
from tests.orders.words import TEA, Numbers, Storefront, a_product

ANNA = "anna@shop.test"
CATALOGUE = {product.sku: product for product in (a_product(), a_product(TEA, 450, "7"))}


def try_to_add(
    order: Order,
    *lines: dict[str, Any],
    left: int = 100,
    numbers: Callable[[Any], str] | None = None,
    products: Mapping[str, Product] = CATALOGUE,
    **more: Any,
) -> Edited | Reason:
    command = AddLines.model_validate(
        {"order_id": order.order_id, "lines": lines, "by": ANNA, **more}
    )
    return editing.add_lines(order, command, products, lambda _: left, numbers or Numbers(), LATER)


def try_to_edit(
    order: Order,
    *lines: dict[str, Any],
    left: int = 100,
    numbers: Callable[[Any], str] | None = None,
    **more: Any,
) -> Edited | Reason:
    command = EditLines.model_validate(
        {"order_id": order.order_id, "lines": lines, "by": ANNA, **more}
    )
    return editing.edit_lines(order, command, lambda _: left, numbers or Numbers(), LATER)


def try_to_cancel(
    order: Order, *lines: dict[str, Any], numbers: Callable[[Any], str] | None = None, **more: Any
) -> Edited | Reason:
    command = CancelLines.model_validate(
        {"order_id": order.order_id, "lines": lines, "by": ANNA, **more}
    )
    return editing.edit_lines(order, command, lambda _: 100, numbers or Numbers(), LATER)


def try_to_discount(
    order: Order, numbers: Callable[[Any], str] | None = None, **terms: Any
) -> Edited | Reason:
    data = {
        "order_id": order.order_id,
        "discount_id": uuid4(),
        "discount_name": "Sorry",
        "by": ANNA,
        **terms,
    }
    return discounting.add_discount(
        order, AddDiscount.model_validate(data), numbers or Numbers(), LATER
    )


def try_to_undo_discount(
    order: Order, place: int = 0, numbers: Callable[[Any], str] | None = None, **more: Any
) -> Edited | Reason:
    data = {
        "order_id": order.order_id,
        "discount_id": order.discounts[place].discount_id,
        "by": ANNA,
        **more,
    }
    return discounting.remove_discount(
        order, RemoveDiscount.model_validate(data), numbers or Numbers(), LATER
    )


def try_to_ship_by(
    order: Order, numbers: Callable[[Any], str] | None = None, **terms: Any
) -> Edited | Reason:
    command = ChangeShipping.model_validate({"order_id": order.order_id, "by": ANNA, **terms})
    return changing.change_shipping(order, command, numbers or Numbers(), LATER)


def try_to_send_to(order: Order, **terms: Any) -> Edited | Reason:
    command = ChangeAddress.model_validate({"order_id": order.order_id, "by": ANNA, **terms})
    return changing.change_address(order, command, LATER)


def try_to_correct(
    order: Order, numbers: Callable[[Any], str] | None = None, **terms: Any
) -> Edited | Reason:
    command = CorrectInvoice.model_validate({"order_id": order.order_id, "by": ANNA, **terms})
    return correct(order, command, numbers or Numbers(), LATER)


def done(decision: Edited | Reason) -> Edited:
    """A change that must be possible."""
    assert isinstance(decision, Edited), decision
    return decision


def refused(decision: Edited | Reason) -> tuple[str, str]:
    """The code and the field of a refusal."""
    assert isinstance(decision, Reason), decision
    return decision.code, decision.field


def issued(events: Sequence[Event]) -> list[DocumentSnapshot]:
    return [event.document for event in events if hasattr(event, "document")]


def invoiced(documents: Sequence[DocumentSnapshot]) -> dict[str, tuple[int, int]]:
    """Net and tax of each rate: invoices less credit slips."""
    net, tax = Counter[str](), Counter[str]()
    for document in documents:
        sign = {"invoice": 1, "credit_slip": -1}.get(document.kind, 0)
        for row in document.taxes:
            net[str(row.tax_rate)] += sign * row.net.amount
            tax[str(row.tax_rate)] += sign * row.tax.amount
    return {rate: (net[rate], tax[rate]) for rate in net | tax if (net[rate], tax[rate]) != (0, 0)}


def sold(order: Order) -> dict[str, tuple[int, int]]:
    """Net and tax of each rate, as the order stands."""
    rates = by_rate(list(order.charges.values()))
    return {
        str(rate): (amount.net, amount.tax)
        for rate, amount in rates.items()
        if amount.gross or amount.net
    }


def change(shop: Storefront, name: str, order_id: str, **data: Any) -> list[Any]:
    """Send a command about an order; return the published events."""
    return shop.tell(name, {"order_id": order_id, "by": ANNA, **data})
