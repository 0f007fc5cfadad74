"""Granting a refund: never more than what is left of a line, of the shipping, and of what was paid.

Amounts come from the line as it was sold: `round(total × pieces so far ÷ pieces) − before`, its tax in proportion to
that: all refunds of a line add up to it to the cent. Preview and refund take this one path.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid5

from services.orders.domain.actions import objection_to_action
from services.orders.domain.cart_rules import CartRule
from services.orders.domain.documents import Document, Part, issue_part
from services.orders.domain.guards import is_shipped
from services.orders.domain.lifecycle import NextNumber
from services.orders.domain.money import rounded
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from services.orders.domain.refund import VOUCHER, Done, LineRefund, Refund
from services.orders.domain.vouchers import voucher_for
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import (
    CreateRefund,
    LineLeft,
    MarkRefunded,
    PaymentRefundDue,
    PaymentRefunded,
    PreviewRefund,
    RefundCreated,
    RefundedLine,
    RefundKind,
    RefundLeft,
    RefundTerms,
    RefundView,
    WantedRefundLine,
)

Asked = CreateRefund | PreviewRefund
ACTIONS: dict[RefundKind, str] = {
    "standard": "standard_refund", "partial": "partial_refund", "return": "return_products",
}

VOUCHER_NAMES = {
    "en": "Refund of order {reference}", "fa": "بازپرداخت سفارش {reference}",
    "fr": "Remboursement de la commande {reference}", "de": "Erstattung der Bestellung {reference}",
}


@dataclass(frozen=True)
class Refunded:
    """The order with a refund, the credit slip that it got, and what is told."""

    order: Order
    refund: Refund
    events: list[Event]
    credit_slip: Document | None = None


@dataclass(frozen=True)
class Wrong:
    """Why a refund cannot be: becomes the refusal of whatever asked for it."""

    code: str
    reason: str
    field: str


def create(order: Order, command: CreateRefund, number: NextNumber, at: datetime) -> Refunded | Refusal:
    """The refund that a command asks for."""
    if any(refund.refund_id == command.refund_id for refund in order.refunds):
        return command.refuse(
            "already_refunded", f"The refund {command.refund_id} was created before.", field="refund_id"
        )
    found = reckon(order, command, command.refund_id, command.by, at)
    return grant(order, found, command, number, at) if isinstance(found, Refund) else refusal(order, command, found)


def preview(order: Order, query: PreviewRefund, at: datetime) -> tuple[Refund, Order] | Refusal:
    """The refund as it would be, and the order after it."""
    found = reckon(order, query, uuid5(order.order_id, "preview"), "", at)
    if isinstance(found, Wrong):
        return refusal(order, query, found)
    return found, replace(order, refunds=(*order.refunds, found))


def refusal(order: Order, asked: Asked, wrong: Wrong) -> Refusal:
    """It names what is left."""
    left = left_of(order).model_dump(mode="json")
    return asked.refuse(wrong.code, wrong.reason, field=wrong.field, left=left)


def reckon(
    order: Order, terms: RefundTerms, refund_id: UUID, by: str, at: datetime, *, agreed: bool = False
) -> Refund | Wrong:
    """The refund by these terms, or what is wrong with them. `agreed`: its goods were let in before, so that it is not
    asked again whether it is time for it.
    """
    wrong = (None if agreed else _wrong_time(order, terms)) or _wrong_option(order, terms) or _wrong_line(order, terms)
    if wrong:
        return wrong
    restock = terms.kind != "partial" if terms.restock is None else terms.restock
    shipping = _shipping(order, terms)
    method = VOUCHER if terms.voucher else order.payments[-1].method if order.payments else order.payment_method
    refund = Refund(
        refund_id=refund_id, kind=terms.kind, at=at, by=by, reason=terms.reason,
        lines=tuple(_line(order, wanted, terms.kind, restock=restock) for wanted in terms.lines),
        shipping=part(order.shipping.amount, order.refunded_shipping.gross, shipping),
        method=method, by_hand=method not in (VOUCHER, *order.shop.refundable_methods),
    )
    return _too_much(order, refund, shipping) or refund


def grant(order: Order, refund: Refund, terms: RefundTerms, number: NextNumber, at: datetime) -> Refunded:
    """The order with the refund, whose credit slip gets its number."""
    slip = None
    usual = order.issued("invoice") and refund.amount.gross
    if usual if terms.credit_slip is None else terms.credit_slip:
        slip = _credit_slip(order, refund, number("credit_slip"), at)
        refund = replace(refund, credit_slip=slip.reference)
        order = replace(order, documents=(*order.documents, slip.reference))
    order = replace(order, refunds=(*order.refunds, refund))
    told: list[Event] = [RefundCreated(
        order_id=order.order_id, order=order.summary(), refund=view(order, refund), left=left_of(order)
    )]
    told += [slip.event] if slip else []
    return Refunded(order, refund, [*told, *_money_due(order, refund)], slip)


def mark_refunded(order: Order, command: MarkRefunded, at: datetime) -> tuple[Order, PaymentRefunded] | Refusal:
    """The money of a refund was given back."""
    refund = next((each for each in order.refunds if each.refund_id == command.refund_id), None)
    if refund is None:
        return command.refuse("unknown_refund", f"The order has no refund {command.refund_id}.", field="refund_id")
    if not refund.due:
        return command.refuse("nothing_due", "No money is due for this refund.", field="refund_id")
    done = replace(refund, done=Done(at, command.by, command.transaction_id))
    refunds = tuple(done if each.refund_id == refund.refund_id else each for each in order.refunds)
    told = PaymentRefunded(
        order_id=order.order_id, refund_id=refund.refund_id, amount=order.money(refund.amount.gross),
        method=refund.method, transaction_id=command.transaction_id, by=command.by, at=at,
    )
    return replace(order, refunds=refunds), told


def part(whole: Amount, before: int, gross: int) -> Amount:
    """So much of an amount, of which `before` is gone already: all parts add up to it."""
    def tax(upto: int) -> int:
        return rounded(Fraction(whole.tax * upto, whole.gross)) if whole.gross else 0

    share = tax(before + gross) - tax(before)
    return Amount(gross - share, share)


def as_voucher(order: Order, refund: Refund) -> CartRule | None:
    """The voucher that the customer gets instead of the money."""
    if not refund.voucher or not refund.amount.gross:
        return None
    names = {language: name.format(reference=order.reference) for language, name in VOUCHER_NAMES.items()}
    return voucher_for(order, refund.refund_id, names, refund.amount)


def left_of(order: Order) -> RefundLeft:
    """What can still be refunded."""
    return RefundLeft(
        lines=[
            LineLeft(
                line=number, sku=line.sku, quantity=line.charge.quantity - order.refunded_pieces(number),
                amount=order.money(line.charge.amount.gross - order.refunded_amount(number).gross),
            )
            for number, line in order.shown
        ],
        shipping=order.money(order.shipping.amount.gross - order.refunded_shipping.gross),
        paid=order.money(order.paid - order.refunded.gross),
    )


def view(order: Order, refund: Refund) -> RefundView:
    """A refund as messages show it."""
    amount, done = refund.amount, refund.done
    return RefundView(
        refund_id=refund.refund_id, kind=refund.kind, at=refund.at, by=refund.by, reason=refund.reason,
        lines=[_line_view(order, line) for line in refund.lines],
        shipping=order.money(refund.shipping.gross),
        net=order.money(amount.net), tax=order.money(amount.tax), gross=order.money(amount.gross),
        method=refund.method or "voucher", voucher=refund.voucher, due=refund.due, by_hand=refund.by_hand,
        done_at=done.at if done else None,
        transaction_id=done.transaction_id if done else "", credit_slip=refund.credit_slip,
    )


def _line_view(order: Order, line: LineRefund) -> RefundedLine:
    sold, amount = order.lines[line.number - 1], line.amount
    return RefundedLine(
        line=line.number, sku=sold.sku, name=sold.name, quantity=line.quantity, restocked=line.restocked,
        net=order.money(amount.net), tax=order.money(amount.tax), gross=order.money(amount.gross),
    )


def _wrong_time(order: Order, terms: RefundTerms) -> Wrong | None:
    reason = objection_to_action(ACTIONS[terms.kind], order)
    return Wrong("not_possible", reason, "kind") if reason else None


def _wrong_option(order: Order, terms: RefundTerms) -> Wrong | None:
    if terms.credit_slip and not order.issued("invoice"):
        return Wrong("no_invoice", "There is no invoice that a credit slip could correct.", "credit_slip")
    if terms.restock and terms.kind == "partial" and is_shipped(order):
        return Wrong("nothing_came_back", "The goods were shipped: they come back by a return.", "restock")
    if terms.shipping and terms.shipping_amount is not None:
        return Wrong("shipping_twice", "Refund all of the shipping or an amount of it, not both.", "shipping_amount")
    return None


def _wrong_line(order: Order, terms: RefundTerms) -> Wrong | None:
    seen: set[int] = set()
    for place, wanted in enumerate(terms.lines):
        found = _objection_to_line(order, wanted, terms.kind, twice=wanted.line in seen)
        if found:
            code, reason, field = found
            return Wrong(code, reason, f"lines.{place}.{field}")
        seen.add(wanted.line)
    return None


def _objection_to_line(
    order: Order, wanted: WantedRefundLine, kind: RefundKind, *, twice: bool
) -> tuple[str, str, str] | None:
    if wanted.line not in dict(order.shown):
        return "unknown_line", f"The order has no line {wanted.line}.", "line"
    if twice:
        return "line_twice", f"Line {wanted.line} is named twice: name it once.", "line"
    if wanted.amount is not None and kind == "standard":
        return "whole_price_only", "A standard refund gives back whole prices: refund in part instead.", "amount"
    if not wanted.quantity and wanted.amount is None:
        return "nothing_asked", f"Of line {wanted.line} neither pieces nor an amount are asked.", "quantity"
    left = order.lines[wanted.line - 1].charge.quantity - order.refunded_pieces(wanted.line)
    if wanted.quantity > left:
        return "too_many_pieces", f"Pieces of line {wanted.line} that can still be refunded: {left}.", "quantity"
    return _objection_to_amount(order, wanted)


def _objection_to_amount(order: Order, wanted: WantedRefundLine) -> tuple[str, str, str] | None:
    charge = order.lines[wanted.line - 1].charge
    left = charge.amount.gross - order.refunded_amount(wanted.line).gross
    if _gross(order, wanted) <= left:
        return None
    field = "quantity" if wanted.amount is None else "amount"
    reason = f"{left} {order.currency} (minor units) of line {wanted.line} can still be refunded."
    return "too_much", reason, field


def _line(order: Order, wanted: WantedRefundLine, kind: RefundKind, *, restock: bool) -> LineRefund:
    line = order.lines[wanted.line - 1]
    released = wanted.quantity if restock or kind != "partial" else 0
    held = released if order.holds_stock and restock else 0
    return LineRefund(
        number=wanted.line, quantity=wanted.quantity, released=released, restocked=max(held - line.missing, 0),
        amount=part(line.charge.amount, order.refunded_amount(wanted.line).gross, _gross(order, wanted)),
    )


def _gross(order: Order, wanted: WantedRefundLine) -> int:
    """What a line's refund comes to, with tax."""
    if wanted.amount is not None:
        return wanted.amount
    charge, before = order.lines[wanted.line - 1].charge, order.refunded_pieces(wanted.line)

    def upto(pieces: int) -> int:
        return rounded(Fraction(charge.amount.gross * pieces, charge.quantity))

    return upto(before + wanted.quantity) - upto(before)


def _shipping(order: Order, terms: RefundTerms) -> int:
    """What of the shipping is asked, with tax."""
    left = order.shipping.amount.gross - order.refunded_shipping.gross
    return left if terms.shipping else terms.shipping_amount or 0


def _too_much(order: Order, refund: Refund, shipping: int) -> Wrong | None:
    left = order.shipping.amount.gross - order.refunded_shipping.gross
    if shipping > left:
        reason = f"{left} {order.currency} (minor units) of the shipping can still be refunded."
        return Wrong("too_much", reason, "shipping_amount")
    if not refund.amount.gross and not any(line.quantity for line in refund.lines):
        return Wrong("nothing_refunded", "Neither lines nor shipping are to be refunded.", "lines")
    paid = order.paid - order.refunded.gross
    if refund.amount.gross > paid:
        reason = f"{paid} {order.currency} (minor units) of what was paid can still be refunded."
        return Wrong("more_than_paid", reason, "lines")
    return None


def _credit_slip(order: Order, refund: Refund, number: str, at: datetime) -> Document:
    about = Part(tuple((line.number, line.quantity, line.amount) for line in refund.lines), refund.shipping)
    invoice = order.issued("invoice")[0]
    return issue_part(order, "credit_slip", number, at, about, corrects=invoice.number, reason=refund.reason)


def _money_due(order: Order, refund: Refund) -> Iterator[Event]:
    if refund.due:
        yield PaymentRefundDue(
            order_id=order.order_id, refund_id=refund.refund_id, amount=order.money(refund.amount.gross),
            method=refund.method, by_hand=refund.by_hand, payments=list(order.payments),
        )


