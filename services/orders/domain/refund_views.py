"""Views of refunds, and of the amounts that can still be refunded, as messages show them."""

from fractions import Fraction

from services.orders.domain.money import rounded
from services.orders.domain.order import Order
from services.orders.domain.refund import LineRefund, Refund
from services.orders.domain.refund_limits import pieces_left
from shared.contracts.orders import RefundableAmounts, RefundableLine, RefundedLine, RefundView


def refundable(order: Order) -> RefundableAmounts:
    """Return the amounts that can still be refunded."""
    lines = []
    for number, line in order.numbered_lines:
        refundable = RefundableLine(
            line=number,
            sku=line.sku,
            quantity=pieces_left(order, number),
            amount=order.money(order.remaining(number).gross),
        )
        lines.append(refundable)
    return RefundableAmounts(
        lines=lines,
        shipping=order.money(order.remaining(0).gross),
        paid=order.money(order.paid - order.repaid),
        overpaid=order.money(max(-order.due, 0)),
    )


def refund_view(order: Order, refund: Refund) -> RefundView:
    """Return a refund as messages show it."""
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
        voucher_amount=order.money(_by_vouchers(order, refund)),
        method=refund.method,
        outstanding=refund.due,
        by_hand=refund.by_hand,
        done_at=done.at if done else None,
        transaction_id=done.transaction_id if done else "",
        credit_slip=refund.credit_slip,
    )


def _unpaid(order: Order, refund: Refund) -> int:
    """Return the part of a refund that had not been paid.

    Less than a coin is the rounding of cash, and was never due.
    """
    return refund.settled if abs(refund.settled) >= order.coin else 0


def _by_vouchers(order: Order, refund: Refund) -> int:
    """Return the discount by vouchers on the refunded pieces, in the order's kind of prices."""
    vouchers = [discount for discount in order.discounts if discount.active and discount.code]
    whole = Fraction(0)
    for line in refund.lines:
        quantity = order.lines[line.number - 1].charge.quantity
        if quantity:
            off = sum(discount.of_line(line.number - 1) for discount in vouchers)
            whole += Fraction(off * line.quantity, quantity)
    return rounded(whole)


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
