"""Guards: named conditions on an order. A guard returns None, or a sentence why it objects."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.document_parts import is_empty
from services.orders.domain.order import Order
from shared.writing.currencies import written


@dataclass(frozen=True)
class Guard:
    """A condition; `objection` returns one sentence if it does not hold, else None."""

    name: str
    objection: Callable[[Order], str | None]


def is_paid(order: Order) -> bool:
    """Return whether any payment was made, or the order reached a paid state and nothing is due: an
    order may be free of charge.
    """
    return order.paid > 0 or ("paid" in order.reached and order.due <= 0)


def is_shipped(order: Order) -> bool:
    """Return whether the order ever reached a shipped state."""
    return "shipped" in order.reached


def _payment_covers_total(order: Order) -> str | None:
    if order.due <= 0:
        return None
    return f"{written(order.due, order.currency)} is still to be paid."


def _something_is_paid(order: Order) -> str | None:
    return None if is_paid(order) else "Nothing was paid yet."


def _something_to_refund(order: Order) -> str | None:
    if order.due < 0:
        return None
    if not order.holds_stock:
        return "The order was cancelled and its payments are refunded already."
    if is_paid(order) or is_shipped(order):
        return None
    return "Nothing was paid or shipped yet: edit the order or give a discount instead."


def _something_refunded(order: Order) -> str | None:
    if order.refunds:
        return None
    return "Nothing was refunded yet: refund first."


def _nothing_paid(order: Order) -> str | None:
    return "The order is paid, at least in part: use a refund instead." if is_paid(order) else None


def _nothing_shipped(order: Order) -> str | None:
    return "The order was shipped." if is_shipped(order) else None


def _order_is_shipped(order: Order) -> str | None:
    return None if is_shipped(order) else "The order was not shipped yet."


def _stock_is_there(order: Order) -> str | None:
    missing = [f"{line.missing} of '{line.sku}'" for line in order.lines if line.missing]
    return f"The order waits for stock: {', '.join(missing)}." if missing else None


def _nothing_invoiced(order: Order) -> str | None:
    issued = order.issued("invoice")
    return f"Invoice {issued[0].number} was issued." if issued else None


def _something_invoiced(order: Order) -> str | None:
    return None if order.issued("invoice") else "No invoice was issued yet."


def _something_to_invoice(order: Order) -> str | None:
    return (
        "The invoice would be empty: everything was refunded."
        if is_empty(order, "invoice")
        else None
    )


def _something_to_send(order: Order) -> str | None:
    if any(order.claimed(number) for number, _ in order.numbered_lines):
        return None
    return "There is nothing to send: all pieces were refunded."


def _slip_is_missing(order: Order) -> str | None:
    slips = order.issued("delivery_slip")
    if not slips or is_outdated(order):
        return None
    return f"Delivery slip {slips[-1].number} is up to date; print it as it is."


def _stock_is_held(order: Order) -> str | None:
    return None if order.holds_stock else "The order released its stock."


def _nothing_is_out(order: Order) -> str | None:
    if is_shipped(order) and any(order.claimed(number) for number, _ in order.numbered_lines):
        return "The order was shipped and not all goods came back: return them."
    return None


GUARDS = {
    guard.name: guard
    for guard in (
        Guard("payment_covers_total", _payment_covers_total),
        Guard("something_is_paid", _something_is_paid),
        Guard("nothing_paid", _nothing_paid),
        Guard("nothing_shipped", _nothing_shipped),
        Guard("order_is_shipped", _order_is_shipped),
        Guard("stock_is_there", _stock_is_there),
        Guard("stock_is_held", _stock_is_held),
        Guard("nothing_invoiced", _nothing_invoiced),
        Guard("something_invoiced", _something_invoiced),
        Guard("something_to_invoice", _something_to_invoice),
        Guard("something_to_send", _something_to_send),
        Guard("slip_is_missing", _slip_is_missing),
        Guard("something_to_refund", _something_to_refund),
        Guard("something_refunded", _something_refunded),
        Guard("nothing_is_out", _nothing_is_out),
    )
}


def first_objection(names: Iterable[str], order: Order) -> tuple[str, str] | None:
    """Return the first guard that objects, and its sentence; None if all conditions hold."""
    for name in names:
        reason = GUARDS[name].objection(order)
        if reason:
            return name, reason
    return None
