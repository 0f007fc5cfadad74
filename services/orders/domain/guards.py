"""Guards: named conditions of an order, that answer with nothing (yes) or with the reason why
not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.document_parts import is_empty
from services.orders.domain.order import Order
from shared.writing.currencies import written


@dataclass(frozen=True)
class Guard:
    """A condition; `objection` gives the reason against it in one sentence, or None."""

    name: str
    objection: Callable[[Order], str | None]


def is_paid(order: Order) -> bool:
    """Return whether money came, or the order stood in a paid state and nothing is due: it may cost
    nothing.
    """
    return order.paid > 0 or ("paid" in order.reached and order.due <= 0)


def is_shipped(order: Order) -> bool:
    """Whether the order once stood in a shipped state."""
    return "shipped" in order.reached


def _payment_covers_total(order: Order) -> str | None:
    return None if order.due <= 0 else f"{written(order.due, order.currency)} is still to be paid."


def _something_is_paid(order: Order) -> str | None:
    return None if is_paid(order) else "Nothing was paid yet."


def _something_to_refund(order: Order) -> str | None:
    if order.due < 0:
        return None
    if not order.holds_stock:
        return "The order was cancelled: what was paid is refunded already."
    if is_paid(order) or is_shipped(order):
        return None
    return "Nothing was paid or shipped yet: edit the order or give a discount instead."


def _something_refunded(order: Order) -> str | None:
    if order.refunds:
        return None
    return "Nothing was refunded yet: refund first (refund.create), then the order can move on."


def _nothing_paid(order: Order) -> str | None:
    return "The order is paid, at least in part: refund instead." if is_paid(order) else None


def _nothing_shipped(order: Order) -> str | None:
    return "The order was shipped." if is_shipped(order) else None


def _order_is_shipped(order: Order) -> str | None:
    return None if is_shipped(order) else "The order was not shipped yet."


def _stock_is_there(order: Order) -> str | None:
    missing = [f"{line.missing} of '{line.sku}'" for line in order.lines if line.missing]
    return f"The order waits for stock: {', '.join(missing)}." if missing else None


def _nothing_invoiced(order: Order) -> str | None:
    issued = order.issued("invoice")
    return f"The invoice {issued[0].number} was issued." if issued else None


def _something_invoiced(order: Order) -> str | None:
    return None if order.issued("invoice") else "No invoice was issued yet."


def _something_to_invoice(order: Order) -> str | None:
    return "Nothing would stand on the invoice." if is_empty(order, "invoice") else None


def _something_to_send(order: Order) -> str | None:
    left = any(order.claimed(number) for number, _ in order.numbered_lines)
    return None if left else "Nothing is left to be sent: all of it was refunded."


def _slip_is_missing(order: Order) -> str | None:
    slips = order.issued("delivery_slip")
    if not slips or is_outdated(order):
        return None
    return (
        f"The delivery slip {slips[-1].number} says what the order is now: 'document.render' prints"
        " it again."
    )


def _stock_is_held(order: Order) -> str | None:
    return None if order.holds_stock else "The order gave its stock back."


def _nothing_is_out(order: Order) -> str | None:
    out = is_shipped(order) and any(order.claimed(number) for number, _ in order.numbered_lines)
    return (
        "The order was shipped, and not all of it came back: take it back first (return.request)."
        if out
        else None
    )


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
    """The first guard that objects, and why."""
    found = ((name, GUARDS[name].objection(order)) for name in names)
    return next(((name, reason) for name, reason in found if reason), None)
