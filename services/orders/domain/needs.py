"""Requirements of commands on an order. Each function returns one sentence if the order does not
meet its requirement, else an empty text.
"""

from collections.abc import Callable

from services.orders.domain.order import NOBODY, Order
from services.orders.domain.refund import RETURN_STEPS, Refund
from shared.contracts.values import Payment
from shared.writing.currencies import written


def a_discount(order: Order) -> str:
    """Require a discount that can be removed."""
    active = any(discount.active for discount in order.discounts)
    return "" if active else "The order has no discount."


def a_customer(order: Order) -> str:
    """Require a customer that was not erased."""
    return "The customer of this order was erased." if order.customer == NOBODY else ""


def taxes_not_refunded(order: Order) -> str:
    """Require that no tax was refunded, so that the taxes can change."""
    if not any(order.is_refunded(number) for number in order.charges):
        return ""
    return (
        "Part of the order was refunded with its taxes, so these cannot change: refund the rest"
        " with a credit slip, then place a new order with the right taxes."
    )


def a_reversible_payment(order: Order) -> str:
    """Require a payment that can be reversed."""
    money = [payment for payment in order.received if payment.kind == "money"]
    if not money:
        return "The order has no payment in money that could be reversed."
    reasons = [given_back_already(order, payment) for payment in money]
    return "" if "" in reasons else reasons[0]


def given_back_already(order: Order, payment: Payment) -> str:
    """Return the reason that a payment cannot be reversed: refunds give back more than the other
    payments; empty if it can.
    """
    if order.paid - payment.amount.amount >= order.repaid:
        return ""
    back = written(order.repaid, order.currency)
    return f"Refunds give back {back}: without this payment, they would exceed the payments."


def something_due(order: Order) -> str:
    """Require an amount due."""
    return "" if order.due > 0 else "Nothing is due for this order."


def money_to_give_back(order: Order) -> str:
    """Require a refund with money that is still to be transferred."""
    return "" if order.refund_due else "This order has no refund with money to transfer."


def money_for_store_credit(order: Order) -> str:
    """Require a refund with due money that can become store credit."""
    due = [refund for refund in order.refunds if refund.due]
    if not due or order.is_anonymous:
        return a_customer(order) or money_to_give_back(order)
    reasons = [asked_already(order, refund) for refund in due]
    return "" if "" in reasons else reasons[0]


def asked_already(order: Order, refund: Refund) -> str:
    """Return the reason that a refund's money cannot change: its payment system was requested to
    transfer it; empty if it can.
    """
    if refund.by_hand:
        return ""
    return (
        f"{refund.method} was already requested to transfer"
        f" {written(refund.money, order.currency)}."
    )


def a_return_for(step: str) -> Callable[[Order], str]:
    """Return the requirement of a return that a command can continue."""
    states = RETURN_STEPS[step]

    def objection(order: Order) -> str:
        if any(each.state in states for each in order.returns):
            return ""
        return f"The order has no return in the state {_either(states)}."

    return objection


def a_document(order: Order) -> str:
    """Require a document."""
    return "" if order.documents else "The order has no document yet."


def _either(states: tuple[str, ...]) -> str:
    quoted = [f"'{state}'" for state in states]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
