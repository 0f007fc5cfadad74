"""Recording a payment: in the order's currency, more than zero, once."""

import pytest

from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from shared.contracts.message import Refusal
from tests.orders.words import DEFAULT_STATES, a_placed_order, pay, try_to_pay

PAYMENT_ID = "a9b8c7d6-e5f4-4a3b-92c1-d0e9f8a7b006"


def refusal(order: Order, amount: int, currency: str = "EUR", payment_id: str = "") -> Refusal:
    refused = try_to_pay(order, amount, currency, payment_id)
    assert isinstance(refused, Refusal)
    return refused


def test_a_payment_lessens_what_is_due() -> None:
    order = pay(a_placed_order(), 1000)
    assert (order.paid, order.due) == (1000, 1870)


def test_a_payment_is_told_with_what_is_still_due() -> None:
    paid = try_to_pay(a_placed_order(), 1000)
    assert isinstance(paid, Moved)
    (event,) = paid.events
    assert event.name == "payment.recorded"
    assert event.model_dump(mode="json")["due"] == {"amount": 1870, "currency": "EUR"}


def test_payments_add_up() -> None:
    assert pay(pay(pay(a_placed_order(), 1000), 1000), 870).due == 0


def test_too_much_paid_is_kept_and_shown_as_less_than_nothing_due() -> None:
    assert pay(a_placed_order(), 3000).due == -130


def test_a_payment_does_not_move_the_order() -> None:
    assert pay(a_placed_order(), 2870).state == "awaiting_bank_wire"


@pytest.mark.parametrize("state", DEFAULT_STATES)
def test_money_that_came_is_recorded_in_whatever_state_the_order_is(state: str) -> None:
    assert pay(a_placed_order(state=state), 2870).paid == 2870


def test_a_payment_repeated_is_refused() -> None:
    once = try_to_pay(a_placed_order(), 1000, payment_id=PAYMENT_ID)
    assert isinstance(once, Moved)
    refused = refusal(once.order, 1000, payment_id=PAYMENT_ID)
    assert (refused.code, refused.details["field"]) == ("already_recorded", "payment.payment_id")


def test_the_same_payment_with_another_amount_is_refused_too() -> None:
    once = try_to_pay(a_placed_order(), 1000, payment_id=PAYMENT_ID)
    assert isinstance(once, Moved)
    assert refusal(once.order, 870, payment_id=PAYMENT_ID).code == "already_recorded"


def test_a_payment_in_another_currency_is_refused() -> None:
    refused = refusal(a_placed_order(), 2870, "USD")
    assert (refused.code, refused.details["field"]) == ("wrong_currency", "payment.amount.currency")


@pytest.mark.parametrize("amount", [0, -1, -2870])
def test_a_payment_is_more_than_zero(amount: int) -> None:
    refused = refusal(a_placed_order(), amount)
    assert (refused.code, refused.details["field"]) == ("not_positive", "payment.amount.amount")


def test_payments_beyond_what_can_be_kept_are_refused() -> None:
    order = pay(a_placed_order(), 2**53 - 1)
    refused = refusal(order, 1)
    assert (refused.code, refused.details["field"]) == ("payment_too_large", "payment.amount.amount")
