"""Refunds: never more than the remaining amounts of lines and shipping, and the sum paid.

The amount of pieces is computed from the line as it was sold: `round(total × pieces so far ÷
pieces) − before`, with tax in proportion, so that all refunds of a line add up to it exactly.
Previews and refunds use the same functions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import (
    Document,
    NextNumber,
    corrected_invoices,
    issue_part,
    rounding_change,
)
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from services.orders.domain.pricing import next_part
from services.orders.domain.refund import STORE_CREDIT, Done, LineRefund, Refund
from services.orders.domain.refund_limits import (
    empty_slip,
    gross_of,
    shipping_of,
    too_much,
    undocumented,
    wrong_terms,
)
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.domain.slip_replacement import replace_outdated_slip
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreateRefund,
    MarkRefunded,
    PaymentRefundDue,
    PaymentRefunded,
    PreviewRefund,
    RefundCreated,
    RefundKind,
    RefundTerms,
    WantedRefundLine,
)
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentReference

Asked = CreateRefund | PreviewRefund


@dataclass(frozen=True)
class Refunded:
    """The order with a refund, its credit slip, and the events."""

    order: Order
    refund: Refund
    events: list[Event]
    credit_slip: Document | None = None


def create(
    order: Order, command: CreateRefund, next_number: NextNumber, at: datetime
) -> Refunded | Reason:
    """Create the refund of a command."""
    if any(refund.refund_id == command.refund_id for refund in order.refunds):
        return Reason(
            "already_refunded",
            f"The refund {command.refund_id} was created before.",
            field="refund_id",
        )
    found = reckon(order, command, command.refund_id, command.by, at)
    if isinstance(found, Refund):
        return grant(order, found, command, next_number, at)
    return refusal(order, found)


def preview(order: Order, query: PreviewRefund, at: datetime) -> tuple[Refund, Order] | Reason:
    """Return the refund that a command would create, and the order after it."""
    found = reckon(order, query, uuid5(order.order_id, "preview"), "", at)
    if isinstance(found, Reason):
        return refusal(order, found)
    return found, replace(order, refunds=(*order.refunds, found))


def refusal(order: Order, wrong: Reason) -> Reason:
    """Return a reason with the amounts that can still be refunded."""
    left = refundable(order).model_dump(mode="json")
    return replace(wrong, details={"left": left})


def reckon(
    order: Order,
    terms: RefundTerms,
    refund_id: UUID,
    by: str,
    at: datetime,
    *,
    agreed: bool = False,
) -> Refund | Reason:
    """Return the refund for these terms, or the reason against them.

    With `agreed` (the goods of a return arrived), the order's state is not checked again.
    """
    wrong = wrong_terms(order, terms, agreed=agreed)
    if wrong:
        return wrong
    restock = terms.restock
    if restock is None:
        restock = terms.kind != "partial"
    shipping = shipping_of(order, terms)
    refund = Refund(
        refund_id=refund_id,
        kind=terms.kind,
        at=at,
        by=by,
        reason=terms.reason,
        lines=tuple(_line(order, wanted, terms.kind, restock=restock) for wanted in terms.lines),
        shipping=next_part(order.shipping.amount, order.refunded_shipping.gross, shipping),
        method="",
        by_hand=False,
        overpaid=max(-order.due, 0) if terms.refund_overpaid else 0,
    )
    refund = replace(refund, settled=refund.amount.gross - _repaid(order, refund))
    wrong = too_much(order, refund, shipping) or empty_slip(terms, refund)
    wrong = wrong or undocumented(order, terms, refund)
    return wrong or split(order, refund, to_credit=terms.to_store_credit)


def _repaid(order: Order, refund: Refund) -> int:
    """Return the sum that the customer gets back: the refund less the amount still due, rounded to
    coins if it is cash. When nothing stays sold, all refunds together give back the sum paid.
    """
    stays = 0 if refund.overpaid else min(order.due, 0)
    return max(0, stays - order.due_of(order.balance - refund.sold.gross))


def split(order: Order, refund: Refund, *, to_credit: bool = False) -> Refund:
    """Split a refund into store credit and money: the part paid with store credit is given back as
    such first, and the rest as money or, on request, as store credit.
    """
    whole = refund.repaid
    given_back = min(order.credit_paid, whole)
    as_credit = whole - given_back if to_credit else 0
    method = order.refund_method if whole == 0 or whole > given_back + as_credit else STORE_CREDIT
    by_system = order.shop.asks_system(method, cancelled=refund.kind == "cancelled")
    by_hand = method != STORE_CREDIT and not by_system
    return replace(
        refund, given_back=given_back, as_credit=as_credit, method=method, by_hand=by_hand
    )


def grant(
    order: Order, refund: Refund, terms: RefundTerms, next_number: NextNumber, at: datetime
) -> Refunded:
    """Return the order with the refund and its credit slip, if it needs one."""
    slip = None
    invoiced = bool(order.issued("invoice"))
    needs_slip = terms.issue_credit_slip
    if needs_slip is None:
        needs_slip = invoiced and refund.sold.gross > 0
    if needs_slip:
        slip = _credit_slip(order, refund, next_number("credit_slip"), at)
        refund = replace(refund, credit_slip=slip.reference)
        order = replace(order, documents=(*order.documents, slip.reference))
    stated = slip is not None or (not invoiced and terms.issue_credit_slip is not False)
    refund = replace(refund, documented=stated or not refund.sold.gross)
    order = replace(order, refunds=(*order.refunds, refund))
    order, delivery_slips = replace_outdated_slip(order, next_number, at)
    created = RefundCreated(
        order_id=order.order_id,
        order=summary(order),
        refund=refund_view(order, refund),
        refundable_amounts=refundable(order),
    )
    events: list[Event] = [created]
    if slip:
        events.append(slip.event)
    return Refunded(order, refund, [*events, *delivery_slips, *money_due(order, refund)], slip)


def mark_refunded(
    order: Order, command: MarkRefunded, at: datetime
) -> tuple[Order, PaymentRefunded] | Reason:
    """Record that the money of a refund was transferred."""
    refund = {each.refund_id: each for each in order.refunds}.get(command.refund_id)
    if refund is None:
        return Reason(
            "unknown_refund", f"The order has no refund {command.refund_id}.", field="refund_id"
        )
    if not refund.due:
        return Reason("nothing_due", "No money is due for this refund.", field="refund_id")
    done = replace(refund, done=Done(at, command.by, command.transaction_id))
    refunds = tuple(done if each.refund_id == refund.refund_id else each for each in order.refunds)
    event = PaymentRefunded(
        order_id=order.order_id,
        refund_id=refund.refund_id,
        amount=order.money(refund.money),
        method=refund.method,
        transaction_id=command.transaction_id,
        by=command.by,
        at=at,
    )
    return replace(order, refunds=refunds), event


def _line(order: Order, wanted: WantedRefundLine, kind: RefundKind, *, restock: bool) -> LineRefund:
    line = order.lines[wanted.line - 1]
    released = wanted.quantity if restock or kind != "partial" else 0
    held = released if order.holds_stock and restock else 0
    before = order.refunded_amount(wanted.line).gross
    return LineRefund(
        number=wanted.line,
        quantity=wanted.quantity,
        released=released,
        restocked=max(held - line.missing, 0),
        amount=next_part(line.charge.amount, before, gross_of(order, wanted)),
    )


def _credit_slip(order: Order, refund: Refund, number: str, at: datetime) -> Document:
    lines = tuple((line.number, line.quantity, line.amount) for line in refund.lines)
    about = DocumentPart(lines, refund.shipping)
    more = rounding_change(replace(order, refunds=(*order.refunds, refund)), order)
    gross = refund.sold.gross + (more["cash_rounding"].amount if more else 0)
    credit = min(refund.store_credit, gross)
    paid_back = max(min(refund.money, gross - credit), 0)  # the overpaid part is on no slip
    return issue_part(
        order,
        "credit_slip",
        number,
        at,
        about,
        reason=refund.reason,
        store_credit=order.money(credit) if credit else None,
        paid_back=order.money(paid_back),
        **more,
        **corrected_invoices(*_corrected(order, refund)),
    )


def _corrected(order: Order, refund: Refund) -> list[DocumentReference]:
    """Return the invoices that state the refunded lines; the shipping is on the first."""
    invoices = order.issued("invoice")
    first = invoices[0]
    found = {order.lines[line.number - 1].invoice or first.document_id for line in refund.lines}
    if refund.shipping.gross or not found:
        found.add(first.document_id)
    return [invoice for invoice in invoices if invoice.document_id in found]


def money_due(order: Order, refund: Refund) -> Iterator[Event]:
    """Yield the request to transfer the money of a refund, if any is due."""
    if refund.due:
        yield PaymentRefundDue(
            order_id=order.order_id,
            refund_id=refund.refund_id,
            amount=order.money(refund.money),
            method=refund.method,
            by_hand=refund.by_hand,
            payments=list(order.received),
        )
