"""Cancellation of an order: its invoices are credited, and its payments are refunded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from services.orders.domain.accounting import documented_order, stated_tax
from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import (
    Document,
    NextNumber,
    corrected_invoices,
    issue_part,
    rounding_change,
    with_document,
)
from services.orders.domain.order import Order
from services.orders.domain.order_line import Change
from services.orders.domain.order_views import summary
from services.orders.domain.pricing import Amount
from services.orders.domain.refund import Refund
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.domain.refunding import money_due, split
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
    """The cancelled order, with its credit slips, the refund of its payments, and the events."""

    order: Order
    slips: tuple[Document, ...]
    events: list[Event]
    refund: Refund | None = None


def cancel(order: Order, next_number: NextNumber, at: datetime) -> Cancelled:
    """Credit the invoices of an order that has just released its stock, and refund its payments."""
    change = order.history[-1]
    refund = _refund(order, change) if order.due < 0 else None
    slips = tuple(_credit_slips(order, refund, next_number, at))
    for slip in slips:
        order = with_document(order, slip)
    events = [slip.event for slip in slips]
    if refund is None:
        return Cancelled(order, slips, events)
    order = replace(order, refunds=(*order.refunds, refund))
    created = RefundCreated(
        order_id=order.order_id,
        order=summary(order),
        refund=refund_view(order, refund),
        refundable_amounts=refundable(order),
    )
    return Cancelled(order, slips, [*events, created, *money_due(order, refund)], refund)


def _credit_slips(
    order: Order, refund: Refund | None, next_number: NextNumber, at: datetime
) -> Iterator[Document]:
    """Yield a credit slip per invoice, of everything on it that was not credited yet. Each states
    the parts paid back as money and as store credit.
    """
    # The reason of the transition is for employees only.
    reason = CANCELLED.get(order.language.partition("-")[0], CANCELLED["en"])
    rounded = rounding_change(order, replace(order, holds_stock=True))
    money, credit = (refund.money, refund.store_credit) if refund else (0, 0)
    stated = stated_tax(order)
    for invoice in order.issued("invoice"):
        about = _uncredited(order, invoice.document_id)
        if about.lines or about.shipping.gross:
            gross = about.gross + (rounded["cash_rounding"].amount if rounded else 0)
            back = min(money, max(gross, 0))
            store = min(credit, max(gross, 0) - back)
            yield issue_part(
                order,
                "credit_slip",
                next_number("credit_slip"),
                at,
                about,
                stated=stated,
                reason=reason,
                paid_back=order.money(back),
                store_credit=order.money(store) if store else None,
                **rounded,
                **corrected_invoices(invoice),
            )
            rounded, money, credit = {}, money - back, credit - store
            stated -= about.tax


def _uncredited(order: Order, invoice: UUID) -> DocumentPart:
    first = order.issued("invoice")[0].document_id
    documented = documented_order(order)
    lines = []
    for number, line in order.numbered_lines:
        if (line.invoice or first) == invoice:
            pieces = line.charge.quantity - documented.refunded_pieces(number)
            amount = line.charge.amount - documented.refunded_amount(number)
            if amount != Amount():
                lines.append((number, pieces, amount))
    shipping = Amount()
    if invoice == first:
        shipping = order.shipping.amount - documented.refunded_shipping
    return DocumentPart(tuple(lines), shipping)


def _refund(order: Order, change: Change) -> Refund:
    """Return the refund of all payments that were not given back yet."""
    refund = Refund(
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
    )
    return split(order, refund)
