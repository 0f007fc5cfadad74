"""Which actions and moves an order allows, and why the rest is not possible."""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.actions import actions
from services.orders.domain.order import Order
from shared.contracts.message import Command, catalogue
from shared.contracts.orders import Possibility
from tests.orders.words import (
    DEFAULT_STATES,
    SHOP,
    Storefront,
    a_placed_order,
    move,
    pay,
    try_to_move,
)

PLACED = a_placed_order()
PAID = move(PLACED, "payment_accepted").order
SHIPPED = move(PAID, "shipped").order
CANCELLED = move(PLACED, "cancelled").order
EDITS = {"order.change_shipping", "order.add_lines", "order.edit_lines", "order.add_discount"}
SLIP = "order.issue_delivery_slip"
PAPERS = {"order.issue_invoice", SLIP}
CORRECT, EXEMPT = "order.correct_invoice", "order.set_exemption"
STANDARD, PARTIAL, RETURNS = (
    "refund.create standard",
    "refund.create partial",
    "refund.create return",
)
RETURN = {"return.request", RETURNS}
ALL = {"order.cancel_lines", STANDARD, PARTIAL, *RETURN, CORRECT, EXEMPT, *PAPERS, *EDITS}


def allowed(order: Order, **shop: Any) -> set[str]:
    found = actions(replace(order, shop=replace(SHOP, **shop)), DEFAULT_STATES).actions
    assert {called(each) for each in found} == ALL
    assert {each.name for each in found} <= {
        kind.name for kind in catalogue.values() if issubclass(kind, Command)
    }
    assert all(each.possible == (not each.reason) for each in found)
    return {called(each) for each in found if each.possible}


def called(action: Possibility) -> str:
    """A command, with the kind of a refund."""
    return f"{action.name} {action.kind}".strip()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (PLACED, {"order.cancel_lines", EXEMPT, *PAPERS, *EDITS}),
        (pay(PLACED, 1), {STANDARD, PARTIAL, EXEMPT, *PAPERS, *EDITS}),
        (PAID, {STANDARD, PARTIAL, SLIP, CORRECT, EXEMPT, *EDITS}),
        (move(PAID, "processing").order, {STANDARD, PARTIAL, CORRECT, EXEMPT, *EDITS}),
        (SHIPPED, {PARTIAL, *RETURN, CORRECT, EXEMPT}),
        (move(SHIPPED, "delivered").order, {PARTIAL, *RETURN, CORRECT, EXEMPT}),
        (CANCELLED, set()),
    ],
)
def test_the_actions_follow_from_what_the_order_is(order: Order, expected: set[str]) -> None:
    assert allowed(order, returns=True) == expected


def test_goods_come_back_only_where_the_shop_takes_them() -> None:
    assert allowed(SHIPPED) == {PARTIAL, CORRECT, EXEMPT}
    reasons = {each.name: each.reason for each in actions(SHIPPED, DEFAULT_STATES).actions}
    assert reasons["return.request"] == "This shop takes nothing back."


def test_what_was_once_shipped_stays_shipped_whatever_it_is_forced_to() -> None:
    back = move(SHIPPED, "awaiting_bank_wire", force=True, reason="in a test").order
    assert allowed(back, returns=True) == {PARTIAL, *RETURN, CORRECT, EXEMPT}


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
        "name": "processing",
        "label": "در حال آماده‌سازی",
        "possible": True,
        "reason": "",
        "kind": "",
    }
    assert (
        moves["shipped"]["reason"] == "An order cannot go from 'awaiting_bank_wire' to 'shipped'."
    )


def test_the_actions_of_a_foreign_order_are_not_told(
    shop: Storefront, other_shop: Storefront
) -> None:
    answer = shop.desk.ask("order.actions", {"order_id": other_shop.place()}, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == ("order.actions_refused", "unknown_order")
    assert answer.data["details"]["field"] == "order_id"
