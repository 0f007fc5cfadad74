"""Limits of refunds: the kinds possible in each state, and the remaining amounts."""

from fractions import Fraction

from services.orders.domain.actions import objection_to_action
from services.orders.domain.guards import is_shipped
from services.orders.domain.money import minor, rounded
from services.orders.domain.order import Order
from services.orders.domain.refund import Refund
from shared.contracts.orders import RefundKind, RefundTerms, WantedRefundLine
from shared.contracts.reason import Reason
from shared.writing.currencies import written


def wrong_terms(order: Order, terms: RefundTerms, *, agreed: bool) -> Reason | None:
    """Return the reason against the terms of a refund; with `agreed`, the order's state is not
    checked.
    """
    wrong = None if agreed else _wrong_time(order, terms)
    wrong = wrong or _cancelled(order, terms)
    return wrong or _wrong_option(order, terms) or _wrong_line(order, terms)


def too_much(order: Order, refund: Refund, shipping: int) -> Reason | None:
    """Return the reason against a refund of more than the remaining shipping, or of nothing.

    It never gives back more than was paid, since it settles the amount still due first.
    """
    remaining = order.remaining(0).gross
    if shipping > remaining:
        reason = f"At most {written(remaining, order.currency)} of the shipping can be refunded."
        return Reason("too_much", reason, "shipping_amount")
    if not refund.amount.gross and not any(line.quantity for line in refund.lines):
        return Reason(
            "nothing_refunded",
            "Nothing is selected: choose lines, shipping or 'refund_overpaid'.",
            "lines",
        )
    return None


def empty_slip(terms: RefundTerms, refund: Refund) -> Reason | None:
    """Return the reason against a credit slip that would be empty."""
    if not terms.issue_credit_slip or refund.sold.gross:
        return None
    reason = "The price of these pieces was refunded before: there is nothing to credit."
    if not refund.lines:
        reason = "An excess payment is not part of the sale: leave 'issue_credit_slip' out."
    return Reason("nothing_on_slip", reason, "issue_credit_slip")


def undocumented(order: Order, terms: RefundTerms, refund: Refund) -> Reason | None:
    """Return the reason against a refund without a document, if the law requires one: for whatever
    lowers the price of the sale, such as pieces that come back (Directive
    2006/112/EC, Art. 90, 219). A compensation does not lower the price.
    """
    if terms.issue_credit_slip is not False:
        return None
    if any(line.quantity for line in refund.lines):
        reason = (
            "Pieces that are taken back lower the price of the order, so a credit slip or the later"
            " invoice states them: leave 'issue_credit_slip' out. Without one, give an amount"
            " without pieces, as a compensation."
        )
        return Reason("pieces_need_slip", reason, "issue_credit_slip")
    if refund.settled >= order.coin:
        unpaid = written(refund.settled, order.currency)
        reason = (
            f"{unpaid} of this refund was not paid yet. The refund lowers the price, so a credit"
            " slip or the later invoice states it: leave 'issue_credit_slip' out."
        )
        return Reason("unpaid_needs_slip", reason, "issue_credit_slip")
    return None


def pieces_left(order: Order, number: int) -> int:
    """Return the number of pieces of a line that can still be refunded."""
    if not order.holds_stock:
        return 0
    return order.lines[number - 1].charge.quantity - order.refunded_pieces(number)


def gross_of(order: Order, wanted: WantedRefundLine) -> int:
    """Return the refund of a line with tax: the amount, or the price of the pieces as they were
    sold, at most the remaining amount of the line.
    """
    if wanted.amount is not None:
        return wanted.amount.amount
    charge, before = order.lines[wanted.line - 1].charge, order.refunded_pieces(wanted.line)

    def price_of(pieces: int) -> int:
        return rounded(Fraction(charge.amount.gross * pieces, charge.quantity))

    price = price_of(before + wanted.quantity) - price_of(before)
    return min(price, order.remaining(wanted.line).gross)


def shipping_of(order: Order, terms: RefundTerms) -> int:
    """Return the refund of the shipping, with tax."""
    if terms.refund_shipping:
        return order.remaining(0).gross
    return minor(terms.shipping_amount) or 0


def _wrong_time(order: Order, terms: RefundTerms) -> Reason | None:
    reason = objection_to_action("refund.create", order, terms.kind)
    return Reason("not_possible", reason, "kind") if reason else None


def _cancelled(order: Order, terms: RefundTerms) -> Reason | None:
    if order.holds_stock or not (terms.lines or terms.refund_shipping or terms.shipping_amount):
        return None
    reason = (
        "The order was cancelled and its invoices credited: only an excess payment can be given"
        " back."
    )
    return Reason("order_cancelled", reason, "lines" if terms.lines else "refund_shipping")


def _wrong_option(order: Order, terms: RefundTerms) -> Reason | None:
    if terms.refund_overpaid and order.due >= 0:
        return Reason(
            "nothing_overpaid", "No more was paid than the total of the order.", "refund_overpaid"
        )
    if terms.to_store_credit and order.is_anonymous:
        reason = "The customer of this order was erased, so they cannot have store credit."
        return Reason("customer_erased", reason, "to_store_credit")
    if terms.issue_credit_slip and not order.issued("invoice"):
        return Reason(
            "no_invoice",
            "The order has no invoice that a credit slip could correct.",
            "issue_credit_slip",
        )
    if terms.restock and terms.kind == "partial" and is_shipped(order):
        return Reason(
            "nothing_came_back",
            "The goods were shipped: use a return to put them back into stock.",
            "restock",
        )
    if terms.refund_shipping and terms.shipping_amount is not None:
        return Reason(
            "shipping_twice",
            "Refund all of the shipping or an amount of it, not both.",
            "shipping_amount",
        )
    return None


def _wrong_line(order: Order, terms: RefundTerms) -> Reason | None:
    seen: set[int] = set()
    for place, wanted in enumerate(terms.lines):
        found = _objection_to_line(order, wanted, terms.kind, twice=wanted.line in seen)
        if found:
            code, reason, field = found
            return Reason(code, reason, f"lines[{place}].{field}")
        seen.add(wanted.line)
    return None


def _objection_to_line(
    order: Order, wanted: WantedRefundLine, kind: RefundKind, *, twice: bool
) -> tuple[str, str, str] | None:
    if wanted.line not in dict(order.numbered_lines):
        return "unknown_line", f"The order has no line {wanted.line}.", "line"
    if twice:
        return "line_twice", f"Line {wanted.line} is listed twice: list it once.", "line"
    if wanted.amount is not None and kind == "standard":
        return (
            "whole_price_only",
            "A standard refund gives back whole prices: use a partial refund instead.",
            "amount",
        )
    if not wanted.quantity and wanted.amount is None:
        return (
            "nothing_asked",
            f"Line {wanted.line} has neither pieces nor an amount to refund: set one.",
            "quantity",
        )
    remaining = pieces_left(order, wanted.line)
    if wanted.quantity > remaining:
        return (
            "too_many_pieces",
            f"Pieces of line {wanted.line} that can still be refunded: {remaining}.",
            "quantity",
        )
    return _objection_to_amount(order, wanted)


def _objection_to_amount(order: Order, wanted: WantedRefundLine) -> tuple[str, str, str] | None:
    remaining = order.remaining(wanted.line).gross
    if gross_of(order, wanted) <= remaining:
        return None
    amount = written(remaining, order.currency)
    reason = f"At most {amount} of line {wanted.line} can still be refunded."
    return "too_much", reason, "amount"
