"""What a command needs an order to have: each function gives the reason why it has not, in one
sentence, or nothing.
"""

from collections.abc import Callable

from services.orders.domain.order import NOBODY, Order
from services.orders.domain.refund import RETURN_STEPS, Refund
from shared.contracts.values import Payment
from shared.writing.currencies import written


def a_discount(order: Order) -> str:
    """Return why no discount can be removed."""
    active = any(discount.active for discount in order.discounts)
    return "" if active else "The order has no discount."


def a_customer(order: Order) -> str:
    """Return why the customer cannot be changed."""
    return "The customer of this order was erased." if order.customer == NOBODY else ""


def taxes_not_refunded(order: Order) -> str:
    """Return why the taxes cannot change: a refund has given back part of them."""
    if not any(order.is_refunded(number) for number in order.charges):
        return ""
    return (
        "Part of the order was refunded with its taxes, so these stay: refund the rest with a"
        " credit slip, then place a new order that is taxed as it should be."
    )


def a_reversible_payment(order: Order) -> str:
    """Return why no payment can be reversed."""
    money = [payment for payment in order.received if payment.kind == "money"]
    if not money:
        return "The order has no payment of money that was not reversed."
    reasons = [given_back_already(order, payment) for payment in money]
    return "" if "" in reasons else reasons[0]


def given_back_already(order: Order, payment: Payment) -> str:
    """Return why a payment cannot be reversed: refunds give back more than the other payments come
    to.
    """
    if order.paid - payment.amount.amount >= order.repaid:
        return ""
    back = written(order.repaid, order.currency)
    return (
        f"Refunds give {back} of the payments back: without this payment they would be more than"
        " was paid."
    )


def something_due(order: Order) -> str:
    """Return why nothing can be paid."""
    return "" if order.due > 0 else "Nothing is due for this order."


def money_to_give_back(order: Order) -> str:
    """Return why no refund can be marked as done."""
    return "" if order.refund_due else "No refund of this order waits for its money."


def money_for_store_credit(order: Order) -> str:
    """Return why no money that is due can become store credit."""
    due = [refund for refund in order.refunds if refund.due]
    if not due or order.is_anonymous:
        return a_customer(order) or money_to_give_back(order)
    reasons = [asked_already(order, refund) for refund in due]
    return "" if "" in reasons else reasons[0]


def asked_already(order: Order, refund: Refund) -> str:
    """Return why the money of a refund is not free any more: its payment system was asked for
    it.
    """
    if refund.by_hand:
        return ""
    return (
        f"{refund.method} was asked to give {written(refund.money, order.currency)} back already."
    )


def a_return_for(step: str) -> Callable[[Order], str]:
    """Return the check for a return that a command could take on."""
    states = RETURN_STEPS[step]

    def objection(order: Order) -> str:
        waits = any(each.state in states for each in order.returns)
        return "" if waits else f"The order has no return in the state {_either(states)}."

    return objection


def a_document(order: Order) -> str:
    """Return why no document can be sent."""
    return "" if order.documents else "The order has no document yet."


def _either(states: tuple[str, ...]) -> str:
    quoted = [f"'{state}'" for state in states]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
