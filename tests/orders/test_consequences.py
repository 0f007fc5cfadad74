"""Effects of a state: payment of the rest, documents, stock. Each happens once in an
order's life.
"""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from shared.contracts.samples import euro
from tests.orders.refunds import refund
from tests.orders.words import (
    DEFAULT_STATES,
    Numbers,
    a_placed_order,
    a_product,
    move,
    pay,
    try_to_move,
)

PAID = sorted(key for key, state in DEFAULT_STATES.items() if state.has("paid"))
INVOICED = sorted(key for key, state in DEFAULT_STATES.items() if state.has("invoice"))
SLIPPED = sorted(key for key, state in DEFAULT_STATES.items() if state.has("delivery_slip"))
THE_LONG_WAY = ["payment_accepted", "processing", "shipped", "delivered", "refunded"]


def forced(order: Order, to: str, numbers: Numbers | None = None) -> Moved:
    return move(order, to, numbers, force=True, reason="in a test")


def names(moved: Moved) -> list[str]:
    return [event.name for event in moved.events]


def kinds(order: Order) -> list[str]:
    return [document.kind for document in order.documents]


def told(moved: Moved, name: str) -> dict[str, Any]:
    return next(event.model_dump(mode="json") for event in moved.events if event.name == name)


# --- payment --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PAID)
def test_a_paid_state_pays_what_is_due(key: str) -> None:
    moved = forced(a_placed_order(), key)
    assert (moved.order.paid, moved.order.due) == (2870, 0)
    assert told(moved, "payment.recorded")["due"] == {"amount": 0, "currency": "EUR"}


@pytest.mark.parametrize("key", sorted(set(DEFAULT_STATES) - set(PAID) - {"awaiting_bank_wire"}))
def test_no_other_state_pays_anything(key: str) -> None:
    moved = forced(a_placed_order(), key)
    assert moved.order.paid == 0
    assert "payment.recorded" not in names(moved)


def test_after_a_payment_in_part_only_the_rest_is_paid() -> None:
    moved = move(pay(a_placed_order(), 1000), "payment_accepted")
    assert [payment.amount.amount for payment in moved.order.payments] == [1000, 1870]


def test_what_was_paid_before_is_not_paid_again() -> None:
    moved = move(pay(a_placed_order(), 2870), "payment_accepted")
    assert len(moved.order.payments) == 1
    assert "payment.recorded" not in names(moved)


def test_what_was_paid_too_much_stays_visible() -> None:
    assert move(pay(a_placed_order(), 3000), "payment_accepted").order.due == -130


def test_a_free_order_is_accepted_without_a_payment() -> None:
    free = a_placed_order(
        a_product(price=0),
        carrier="Pick up",
        shipping_price=euro(0),
        shipping_tax_rate=None,
        total__amount=0,
    )
    moved = move(free, "payment_accepted")
    assert moved.order.payments == ()
    assert kinds(moved.order) == ["invoice"]


def test_the_rest_is_paid_by_the_orders_own_method() -> None:
    moved = move(a_placed_order(payment_method="Cheque"), "payment_accepted")
    assert moved.order.payments[0].method == "Cheque"


def test_what_is_once_paid_stays_paid() -> None:
    order = move(a_placed_order(), "payment_accepted").order
    assert forced(order, "awaiting_bank_wire").order.paid == 2870


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", INVOICED)
def test_an_invoiced_state_issues_the_invoice(key: str) -> None:
    assert kinds(forced(a_placed_order(), key).order)[0] == "invoice"


@pytest.mark.parametrize("key", SLIPPED)
def test_processing_and_what_follows_issues_the_delivery_slip(key: str) -> None:
    moved = forced(a_placed_order(), key)
    assert kinds(moved.order) == ["invoice", "delivery_slip"]
    assert names(moved)[-2:] == ["invoice.issued", "delivery_slip.issued"]


@pytest.mark.parametrize(
    "key", sorted(set(DEFAULT_STATES) - set(INVOICED) - {"awaiting_bank_wire"})
)
def test_no_other_state_issues_anything(key: str) -> None:
    numbers = Numbers()
    assert forced(a_placed_order(), key, numbers).order.documents == ()
    assert not numbers.given


def test_along_the_whole_way_each_document_is_issued_once() -> None:
    order, numbers = a_placed_order(), Numbers()
    for key in THE_LONG_WAY:
        order = forced(order, key, numbers).order
    assert kinds(order) == ["invoice", "delivery_slip"]
    assert numbers.given == {"invoice": 1, "delivery_slip": 1}


def test_an_order_forced_back_and_paid_again_keeps_its_invoice() -> None:
    order = move(a_placed_order(), "payment_accepted").order
    again = forced(forced(order, "awaiting_bank_wire").order, "payment_accepted")
    assert again.order.documents == order.documents
    assert names(again) == ["order.transitioned"]


def test_a_refused_move_asks_for_no_number() -> None:
    numbers = Numbers()
    try_to_move(a_placed_order(), "delivered", numbers)
    assert not numbers.given


def test_payment_accepted_takes_the_invoice_along_in_its_mail() -> None:
    moved = move(a_placed_order(), "payment_accepted")
    assert [document["number"] for document in told(moved, "order.transitioned")["attach"]] == [
        "IN000001"
    ]


def test_an_invoice_issued_before_is_still_taken_along() -> None:
    order = forced(move(a_placed_order(), "remote_payment_accepted").order, "payment_accepted")
    assert [document["number"] for document in told(order, "order.transitioned")["attach"]] == [
        "IN000001"
    ]


@pytest.mark.parametrize("key", sorted(set(INVOICED) - {"payment_accepted"}))
def test_no_other_mail_takes_the_invoice_along(key: str) -> None:
    assert told(forced(a_placed_order(), key), "order.transitioned")["attach"] == []


def test_cash_on_delivery_is_invoiced_when_it_is_prepared_and_stays_unpaid() -> None:
    moved = move(a_placed_order(initial_state="awaiting_cod", state="awaiting_cod"), "processing")
    assert kinds(moved.order) == ["invoice", "delivery_slip"]
    assert moved.order.due == 2870


def test_the_move_is_told_before_what_it_brought() -> None:
    moved = forced(a_placed_order(), "payment_accepted")
    assert names(moved) == ["order.transitioned", "payment.recorded", "invoice.issued"]


# --- stock ----------------------------------------------------------------------------------------


def test_a_cancelled_order_gives_its_stock_back() -> None:
    moved = move(a_placed_order(), "cancelled")
    assert moved.restocked
    assert not moved.order.holds_stock


@pytest.mark.parametrize("key", sorted(set(DEFAULT_STATES) - {"cancelled", "awaiting_bank_wire"}))
def test_no_other_state_gives_stock_back(key: str) -> None:
    moved = forced(a_placed_order(), key)
    assert not moved.restocked
    assert moved.order.holds_stock


def test_an_order_forced_out_of_cancelled_takes_its_stock_again_and_can_give_it_back_again() -> (
    None
):
    again = forced(move(a_placed_order(), "cancelled").order, "processing")
    assert again.retaken
    assert again.order.held == {"MUG-BLUE": 2}
    assert move(again.order, "cancelled").restocked


def test_no_other_move_takes_stock() -> None:
    assert not move(a_placed_order(), "payment_accepted").retaken


def test_an_order_that_holds_no_stock_gives_none_back() -> None:
    assert not move(replace(a_placed_order(), holds_stock=False), "cancelled").restocked


# --- nothing left ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", SLIPPED)
def test_where_nothing_is_left_to_be_sent_no_delivery_slip_is_issued(key: str) -> None:
    numbers = Numbers()
    order = refund(move(a_placed_order(), "payment_accepted", numbers).order).order
    moved = forced(order, key, numbers)
    assert "delivery_slip.issued" not in names(moved)
    assert kinds(moved.order) == ["invoice", "credit_slip"]
