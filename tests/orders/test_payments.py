"""Recording a payment: in the order's currency, more than zero, once."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.orders.domain import payments
from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from shared.contracts.orders import PaymentReversed, ReversePayment
from shared.contracts.reason import Reason
from tests.orders.refunds import a_paid_order, refund
from tests.orders.words import DEFAULT_STATES, NOON, a_placed_order, move, pay, try_to_pay

TRANSACTION = "PP-1"
PAYMENT_ID = "a9b8c7d6-e5f4-4a3b-92c1-d0e9f8a7b006"


def refusal(
    order: Order, amount: int, currency: str = "EUR", payment_id: str = "", **more: Any
) -> Reason:
    refused = try_to_pay(order, amount, currency, payment_id, **more)
    assert isinstance(refused, Reason)
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
    assert (refused.code, refused.field) == ("already_recorded", "payment.payment_id")


def test_the_same_payment_with_another_amount_is_refused_too() -> None:
    once = try_to_pay(a_placed_order(), 1000, payment_id=PAYMENT_ID)
    assert isinstance(once, Moved)
    assert refusal(once.order, 870, payment_id=PAYMENT_ID).code == "already_recorded"


def test_a_payment_in_another_currency_is_refused() -> None:
    refused = refusal(a_placed_order(), 2870, "USD")
    assert (refused.code, refused.field) == ("wrong_currency", "payment.amount.currency")


@pytest.mark.parametrize("amount", [0, -1, -2870])
def test_a_payment_is_more_than_zero(amount: int) -> None:
    refused = refusal(a_placed_order(), amount)
    assert (refused.code, refused.field) == ("not_positive", "payment.amount.amount")


def test_the_same_transaction_twice_is_refused() -> None:
    refused = refusal(
        pay(a_placed_order(), 1000, transaction_id=TRANSACTION), 1000, transaction_id=TRANSACTION
    )
    assert (refused.code, refused.field) == (
        "transaction_recorded",
        "payment.transaction_id",
    )
    assert (
        refused.sentence
        == "Transaction 'PP-1' was recorded on this order before: 10.00 EUR by Bank wire."
    )


def test_payments_without_a_transaction_are_never_the_same() -> None:
    assert pay(pay(a_placed_order(), 1000, transaction_id=""), 1000, transaction_id="").paid == 2000


def test_payments_beyond_what_can_be_kept_are_refused() -> None:
    order = pay(a_placed_order(), 2**53 - 1)
    refused = refusal(order, 1)
    assert (refused.code, refused.field) == (
        "payment_too_large",
        "payment.amount.amount",
    )


# --- reversal -------------------------------------------------------------------------------------


def reverse(order: Order, payment_id: UUID) -> tuple[Order, PaymentReversed] | Reason:
    command = ReversePayment(
        order_id=order.order_id,
        payment_id=payment_id,
        reason="It was of another order.",
        by="anna@shop.test",
    )
    return payments.reverse(order, command, NOON)


def reversed_(order: Order, place: int = 0) -> tuple[Order, PaymentReversed]:
    done = reverse(order, order.payments[place].payment_id)
    assert isinstance(done, tuple), done
    return done


def test_a_payment_is_taken_back_by_an_entry_of_its_own() -> None:
    paid = pay(a_placed_order(), 2870)
    order, told = reversed_(paid)
    assert order.payments[: len(paid.payments)] == paid.payments
    assert [payment.amount.amount for payment in order.payments] == [2870, -2870]
    assert order.payments[1].reverses == paid.payments[0].payment_id
    assert (order.paid, order.due, order.received) == (0, 2870, ())
    assert (told.due.amount, told.reason, told.by) == (
        2870,
        "It was of another order.",
        "anna@shop.test",
    )


def test_a_state_that_was_reached_by_mistake_is_left_to_the_employee() -> None:
    order, _ = reversed_(a_paid_order())
    assert (order.state, order.due) == ("payment_accepted", 2870)
    again = move(
        move(order, "awaiting_bank_wire", force=True, reason="by mistake").order, "payment_accepted"
    ).order
    assert (again.due, len(again.payments)) == (0, 3)


def test_its_transaction_can_be_recorded_again() -> None:
    order, _ = reversed_(pay(a_placed_order(), 1000, transaction_id=TRANSACTION))
    assert pay(order, 1000, transaction_id=TRANSACTION).paid == 1000


def code(decision: object) -> str:
    assert isinstance(decision, Reason), decision
    return decision.code


def test_what_cannot_be_reversed() -> None:
    paid = a_paid_order()
    order, told = reversed_(paid)
    assert code(reverse(order, told.payment.payment_id)) == "already_reversed"
    assert code(reverse(order, told.reversal.payment_id)) == "is_reversal"
    assert code(reverse(order, uuid4())) == "unknown_payment"


def test_a_payment_of_which_a_refund_gives_back_is_not_reversed() -> None:
    refunded = refund(a_paid_order(), lines=[{"line": 1, "quantity": 1}]).order
    refused = reverse(refunded, refunded.payments[0].payment_id)
    assert isinstance(refused, Reason)
    assert refused.code == "refunded"
    assert "11.90 EUR" in refused.sentence
    reversed_(pay(refunded, 1190), -1)


def test_a_reversal_is_not_recorded_as_a_payment() -> None:
    assert refusal(a_placed_order(), 1000, reverses=uuid4()).code == "reverse_instead"
