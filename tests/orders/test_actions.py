"""Which actions and moves an order allows, and why the rest is not possible."""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.actions import actions
from services.orders.domain.order import Order
from tests.orders.words import DEFAULT_STATES, SHOP, Storefront, a_placed_order, move, pay, try_to_move

PLACED = a_placed_order()
PAID = move(PLACED, "payment_accepted").order
SHIPPED = move(PAID, "shipped").order
CANCELLED = move(PLACED, "cancelled").order
EDITS = {"change_carrier", "add_products", "edit_products", "discount"}
PAPERS = {"issue_invoice", "issue_delivery_slip"}
ALL = {
    "cancel_products", "standard_refund", "partial_refund", "return_products", "correct_invoice", *PAPERS, *EDITS,
}


def allowed(order: Order, **shop: Any) -> set[str]:
    found = actions(replace(order, shop=replace(SHOP, **shop)), DEFAULT_STATES).actions
    assert {each.name for each in found} == ALL
    assert all(each.possible == (not each.reason) for each in found)
    return {each.name for each in found if each.possible}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (PLACED, {"cancel_products", *PAPERS, *EDITS}),
        (pay(PLACED, 1), {"standard_refund", "partial_refund", *PAPERS, *EDITS}),
        (PAID, {"standard_refund", "partial_refund", "issue_delivery_slip", "correct_invoice", *EDITS}),
        (move(PAID, "processing").order, {"standard_refund", "partial_refund", "correct_invoice", *EDITS}),
        (SHIPPED, {"partial_refund", "return_products", "correct_invoice"}),
        (move(SHIPPED, "delivered").order, {"partial_refund", "return_products", "correct_invoice"}),
        (CANCELLED, set()),
    ],
)
def test_the_actions_follow_from_what_the_order_is(order: Order, expected: set[str]) -> None:
    assert allowed(order, returns=True) == expected


def test_goods_come_back_only_where_the_shop_takes_them() -> None:
    assert allowed(SHIPPED) == {"partial_refund", "correct_invoice"}
    reasons = {each.name: each.reason for each in actions(SHIPPED, DEFAULT_STATES).actions}
    assert reasons["return_products"] == "This shop takes nothing back."


def test_what_was_once_shipped_stays_shipped_whatever_it_is_forced_to() -> None:
    back = move(SHIPPED, "awaiting_bank_wire", force=True, reason="in a test").order
    assert allowed(back, returns=True) == {"partial_refund", "return_products", "correct_invoice"}


@pytest.mark.parametrize("here", DEFAULT_STATES)
def test_the_moves_that_are_told_as_possible_are_exactly_those_that_are_made(here: str) -> None:
    order = replace(PLACED, state=here)
    for each in actions(order, DEFAULT_STATES).moves:
        refusal = getattr(try_to_move(order, each.name), "code", None)
        assert each.possible == (refusal is None), (here, each)
        assert each.possible != bool(each.reason)


def test_a_storefront_asks_what_is_possible(shop: Storefront) -> None:
    order_id = shop.place(language="fa")
    answer = shop.desk.ask("order.actions", {"order_id": order_id}, shop=shop.shop)
    assert answer.name == "order.actions_answered"
    moves = {each["name"]: each for each in answer.data["moves"]}
    assert answer.data["state"] == "awaiting_bank_wire"
    assert moves["processing"] == {
        "name": "processing", "label": "در حال آماده‌سازی", "possible": True, "reason": "",
    }
    assert moves["shipped"]["reason"] == "An order cannot go from 'awaiting_bank_wire' to 'shipped'."


def test_the_actions_of_a_foreign_order_are_not_told(shop: Storefront, other_shop: Storefront) -> None:
    answer = shop.desk.ask("order.actions", {"order_id": other_shop.place()}, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == ("order.actions_refused", "unknown_order")
    assert answer.data["details"]["field"] == "order_id"
