"""Granting a refund: never more than what is left of a line, of the shipping, and of what was paid.

Amounts come from the line as it was sold: `round(total × pieces so far ÷ pieces) − before`, its tax
in proportion to that: all refunds of a line add up to it to the cent. Preview and refund take this
one path.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid5

from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import (
    Document,
    NextNumber,
    corrected_invoices,
    issue_part,
    rounding_change,
)
from services.orders.domain.money import rounded
from services.orders.domain.order import Order
from services.orders.domain.pricing import next_part
from services.orders.domain.refund import STORE_CREDIT, Done, LineRefund, Refund
from services.orders.domain.refund_limits import (
    empty_slip,
    gross_of,
    pieces_left,
    shipping_of,
    too_much,
    undocumented,
    wrong_terms,
)
from services.orders.domain.slip_replacement import replace_outdated_slip
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreateRefund,
    MarkRefunded,
    PaymentRefundDue,
    PaymentRefunded,
    PreviewRefund,
    RefundableAmounts,
    RefundableLine,
    RefundCreated,
    RefundedLine,
    RefundKind,
    RefundTerms,
    RefundView,
    WantedRefundLine,
)
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentReference

Asked = CreateRefund | PreviewRefund


@dataclass(frozen=True)
class Refunded:
    """The order with a refund, the credit slip that it got, and what is told."""

    order: Order
    refund: Refund
    events: list[Event]
    credit_slip: Document | None = None


def create(
    order: Order, command: CreateRefund, number: NextNumber, at: datetime
) -> Refunded | Reason:
    """The refund that a command asks for."""
    if any(refund.refund_id == command.refund_id for refund in order.refunds):
        return Reason(
            "already_refunded",
            f"The refund {command.refund_id} was created before.",
            field="refund_id",
        )
    found = reckon(order, command, command.refund_id, command.by, at)
    return (
        grant(order, found, command, number, at)
        if isinstance(found, Refund)
        else refusal(order, found)
    )


def preview(order: Order, query: PreviewRefund, at: datetime) -> tuple[Refund, Order] | Reason:
    """The refund as it would be, and the order after it."""
    found = reckon(order, query, uuid5(order.order_id, "preview"), "", at)
    if isinstance(found, Reason):
        return refusal(order, found)
    return found, replace(order, refunds=(*order.refunds, found))


def refusal(order: Order, wrong: Reason) -> Reason:
    """It names what is left."""
    left = left_of(order).model_dump(mode="json")
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
    """The refund by these terms, or what is wrong with them. `agreed`: its goods were let in
    before, so that it is not asked again whether it is time for it.
    """
    wrong = wrong_terms(order, terms, agreed=agreed)
    if wrong:
        return wrong
    restock = terms.kind != "partial" if terms.restock is None else terms.restock
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
        overpaid=max(-order.due, 0) if terms.overpaid else 0,
    )
    refund = replace(refund, settled=refund.amount.gross - _repaid(order, refund))
    wrong = too_much(order, refund, shipping) or empty_slip(terms, refund)
    wrong = wrong or undocumented(order, terms, refund)
    return wrong or split(order, refund, to_credit=terms.store_credit)


def _repaid(order: Order, refund: Refund) -> int:
    """Return what the customer gets back. It settles first what is still due, and is in coins where
    it is cash. When nothing stays sold, all that refunds gave back is what was paid.
    """
    stays = 0 if refund.overpaid else min(order.due, 0)
    return max(0, stays - order.due_of(order.balance - refund.sold.gross))


def split(order: Order, refund: Refund, *, to_credit: bool = False) -> Refund:
    """Divide a refund: what the order was paid with store credit goes back there first, the rest as
    money or, if it is asked, as store credit too.
    """
    whole = refund.repaid
    given_back = min(order.credit_paid, whole)
    as_credit = whole - given_back if to_credit else 0
    method = order.refund_method if whole == 0 or whole > given_back + as_credit else STORE_CREDIT
    asked = order.shop.asks_system(method, cancelled=refund.kind == "cancelled")
    by_hand = method != STORE_CREDIT and not asked
    return replace(
        refund, given_back=given_back, as_credit=as_credit, method=method, by_hand=by_hand
    )


def grant(
    order: Order, refund: Refund, terms: RefundTerms, number: NextNumber, at: datetime
) -> Refunded:
    """The order with the refund, whose credit slip gets its number."""
    slip = None
    invoiced = bool(order.issued("invoice"))
    usual = invoiced and refund.sold.gross
    if usual if terms.credit_slip is None else terms.credit_slip:
        slip = _credit_slip(order, refund, number("credit_slip"), at)
        refund = replace(refund, credit_slip=slip.reference)
        order = replace(order, documents=(*order.documents, slip.reference))
    told = slip is not None or (not invoiced and terms.credit_slip is not False)
    refund = replace(refund, documented=told or not refund.sold.gross)
    order, packed = replace_outdated_slip(
        replace(order, refunds=(*order.refunds, refund)), number, at
    )
    events: list[Event] = [
        RefundCreated(
            order_id=order.order_id,
            order=order.summary(),
            refund=view(order, refund),
            left=left_of(order),
        )
    ]
    events += [slip.event] if slip else []
    return Refunded(order, refund, [*events, *packed, *money_due(order, refund)], slip)


def mark_refunded(
    order: Order, command: MarkRefunded, at: datetime
) -> tuple[Order, PaymentRefunded] | Reason:
    """The money of a refund was given back."""
    refund = next((each for each in order.refunds if each.refund_id == command.refund_id), None)
    if refund is None:
        return Reason(
            "unknown_refund", f"The order has no refund {command.refund_id}.", field="refund_id"
        )
    if not refund.due:
        return Reason("nothing_due", "No money is due for this refund.", field="refund_id")
    done = replace(refund, done=Done(at, command.by, command.transaction_id))
    refunds = tuple(done if each.refund_id == refund.refund_id else each for each in order.refunds)
    told = PaymentRefunded(
        order_id=order.order_id,
        refund_id=refund.refund_id,
        amount=order.money(refund.money),
        method=refund.method,
        transaction_id=command.transaction_id,
        by=command.by,
        at=at,
    )
    return replace(order, refunds=refunds), told


def left_of(order: Order) -> RefundableAmounts:
    """What can still be refunded."""
    return RefundableAmounts(
        lines=[
            RefundableLine(
                line=number,
                sku=line.sku,
                quantity=pieces_left(order, number),
                amount=order.money(order.remaining(number).gross),
            )
            for number, line in order.numbered_lines
        ],
        shipping=order.money(order.remaining(0).gross),
        paid=order.money(order.paid - order.repaid),
        overpaid=order.money(max(-order.due, 0)),
    )


def view(order: Order, refund: Refund) -> RefundView:
    """A refund as messages show it."""
    amount, done = refund.amount, refund.done
    return RefundView(
        refund_id=refund.refund_id,
        kind=refund.kind,
        at=refund.at,
        by=refund.by,
        reason=refund.reason,
        lines=[_line_view(order, line) for line in refund.lines],
        shipping=order.money(refund.shipping.gross),
        overpaid=order.money(refund.overpaid),
        settled=order.money(_unpaid(order, refund)),
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
        given_back=order.money(refund.given_back),
        store_credit=order.money(refund.store_credit),
        money=order.money(refund.money),
        vouchers=order.money(_by_vouchers(order, refund)),
        method=refund.method,
        due=refund.due,
        by_hand=refund.by_hand,
        done_at=done.at if done else None,
        transaction_id=done.transaction_id if done else "",
        credit_slip=refund.credit_slip,
    )


def _unpaid(order: Order, refund: Refund) -> int:
    """Return what of a refund had not been paid. Less than a coin is the rounding of cash, and was
    never to be paid.
    """
    return refund.settled if abs(refund.settled) >= order.coin else 0


def _by_vouchers(order: Order, refund: Refund) -> int:
    """Return what vouchers had taken off the refunded pieces, in the order's kind of prices."""
    used = [discount for discount in order.discounts if discount.active and discount.code]
    parts = (
        Fraction(
            sum(discount.of_line(line.number - 1) for discount in used) * line.quantity, quantity
        )
        for line in refund.lines
        if (quantity := order.lines[line.number - 1].charge.quantity)
    )
    return rounded(sum(parts, Fraction(0)))


def _line_view(order: Order, line: LineRefund) -> RefundedLine:
    sold, amount = order.lines[line.number - 1], line.amount
    return RefundedLine(
        line=line.number,
        sku=sold.sku,
        name=sold.name,
        quantity=line.quantity,
        restocked=line.restocked,
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )


def _line(order: Order, wanted: WantedRefundLine, kind: RefundKind, *, restock: bool) -> LineRefund:
    line = order.lines[wanted.line - 1]
    released = wanted.quantity if restock or kind != "partial" else 0
    held = released if order.holds_stock and restock else 0
    return LineRefund(
        number=wanted.line,
        quantity=wanted.quantity,
        released=released,
        restocked=max(held - line.missing, 0),
        amount=next_part(
            line.charge.amount, order.refunded_amount(wanted.line).gross, gross_of(order, wanted)
        ),
    )


def _credit_slip(order: Order, refund: Refund, number: str, at: datetime) -> Document:
    about = DocumentPart(
        tuple((line.number, line.quantity, line.amount) for line in refund.lines), refund.shipping
    )
    more = rounding_change(replace(order, refunds=(*order.refunds, refund)), order)
    gross = refund.sold.gross + (more["rounding"].amount if more else 0)
    credit = min(refund.store_credit, gross)
    return issue_part(
        order,
        "credit_slip",
        number,
        at,
        about,
        reason=refund.reason,
        store_credit=order.money(credit) if credit else None,
        paid_back=order.money(
            max(min(refund.money, gross - credit), 0)
        ),  # what was overpaid is on no slip
        **more,
        **corrected_invoices(*_corrected(order, refund)),
    )


def _corrected(order: Order, refund: Refund) -> list[DocumentReference]:
    """The invoices that the refunded lines stand on; the shipping is on the first."""
    first, *_ = invoices = order.issued("invoice")
    found = {order.lines[line.number - 1].invoice or first.document_id for line in refund.lines}
    if refund.shipping.gross or not found:
        found.add(first.document_id)
    return [invoice for invoice in invoices if invoice.document_id in found]


def money_due(order: Order, refund: Refund) -> Iterator[Event]:
    """Yield the request for money that is still to be given back."""
    if refund.due:
        yield PaymentRefundDue(
            order_id=order.order_id,
            refund_id=refund.refund_id,
            amount=order.money(refund.money),
            method=refund.method,
            by_hand=refund.by_hand,
            payments=list(order.received),
        )
