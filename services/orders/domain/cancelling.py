"""An order that gives its goods back is sold no more: its invoices are credited, and what was paid
is refunded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from services.orders.domain.accounting import stated_tax
from services.orders.domain.documents import (
    Document,
    NextNumber,
    Part,
    correcting,
    issue_part,
    rounding,
    with_document,
)
from services.orders.domain.order import Change, Order
from services.orders.domain.pricing import Amount, total
from services.orders.domain.refund import Refund
from services.orders.domain.refunding import left_of, money_due, split, view
from shared.contracts.message import Event
from shared.contracts.orders import RefundCreated

CANCELLED = {
    "en": "The order was cancelled.",
    "fa": "سفارش لغو شد.",
    "fr": "La commande a été annulée.",
    "de": "Die Bestellung wurde storniert.",
}


@dataclass(frozen=True)
class Cancelled:
    """The order with its credit slips and the refund of what was paid, and what is told."""

    order: Order
    slips: tuple[Document, ...]
    events: list[Event]
    refund: Refund | None = None


def cancel(order: Order, number: NextNumber, at: datetime) -> Cancelled:
    """Credit what is still invoiced of an order that has just given its goods back, and refund what
    was paid.
    """
    change = order.history[-1]
    refund = _refund(order, change) if order.due < 0 else None
    slips = tuple(_credit_slips(order, refund, number, at))
    for slip in slips:
        order = with_document(order, slip)
    events = [slip.event for slip in slips]
    if refund is None:
        return Cancelled(order, slips, events)
    order = replace(order, refunds=(*order.refunds, refund))
    created = RefundCreated(
        order_id=order.order_id,
        order=order.summary(),
        refund=view(order, refund),
        left=left_of(order),
    )
    return Cancelled(order, slips, [*events, created, *money_due(order, refund)], refund)


def _credit_slips(
    order: Order, refund: Refund | None, number: NextNumber, at: datetime
) -> Iterator[Document]:
    """Yield a credit slip per invoice, of all that stands on it and was not credited yet. Each says
    what of it is paid back, and what is store credit.
    """
    reason = CANCELLED.get(
        order.language.partition("-")[0], CANCELLED["en"]
    )  # that of the move is for employees
    rounded = rounding(order, replace(order, holds_stock=True))
    money, credit = (refund.money, refund.store_credit) if refund else (0, 0)
    stated = stated_tax(order)
    for invoice in order.issued("invoice"):
        about = _uncredited(order, invoice.document_id)
        if about.lines or about.shipping.gross:
            gross = about.gross + (rounded["rounding"].amount if rounded else 0)
            back = min(money, max(gross, 0))
            store = min(credit, max(gross, 0) - back)
            yield issue_part(
                order,
                "credit_slip",
                number("credit_slip"),
                at,
                about,
                stated=stated,
                reason=reason,
                paid_back=order.money(back),
                store_credit=order.money(store) if store else None,
                **rounded,
                **correcting(invoice),
            )
            rounded, money, credit = {}, money - back, credit - store
            stated -= about.tax


def _uncredited(order: Order, invoice: UUID) -> Part:
    first = order.issued("invoice")[0].document_id
    lines = (
        (number, *_open(order, number))
        for number, line in order.shown
        if (line.invoice or first) == invoice
    )
    shipping = order.shipping.amount - total(
        refund.shipping for refund in order.refunds if refund.documented
    )
    return Part(
        tuple(line for line in lines if line[2] != Amount()),
        shipping if invoice == first else Amount(),
    )


def _open(order: Order, number: int) -> tuple[int, Amount]:
    """The pieces of a line and their amount as the documents state them, less what credit slips
    took back.
    """
    charge = order.lines[number - 1].charge
    parts = [
        part
        for refund in order.refunds
        if refund.documented
        for part in refund.lines
        if part.number == number
    ]
    pieces = charge.quantity - sum(part.quantity for part in parts)
    return pieces, charge.amount - total(part.amount for part in parts)


def _refund(order: Order, change: Change) -> Refund:
    """All that was paid and not given back yet; `order` costs nothing any more."""
    return split(
        order,
        Refund(
            refund_id=uuid5(order.order_id, f"cancelled #{len(order.history)}"),
            kind="cancelled",
            at=change.at,
            by=change.by,
            reason=change.reason,
            lines=(),
            shipping=Amount(),
            method="",
            by_hand=False,
            overpaid=-order.due,
        ),
    )
