"""Which actions and moves an order allows, and why the rest is not possible."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.orders.domain.actions import actions
from services.orders.domain.order import Order
from services.orders.domain.refund import Return
from shared.contracts.message import Command, catalogue
from shared.contracts.orders import PaymentMethod, PossibleAction
from tests.orders.editing import done, try_to_discount
from tests.orders.refunds import refund
from tests.orders.words import (
    DEFAULT_STATES,
    NOON,
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
NOT_OF_AN_ORDER = {"order.place", "order.transition"}
"""Commands about an order that are no action on it: the first makes it, the answer has the moves of
the second in a list of their own.
"""
ALWAYS = {
    "order.change_address",
    "order.change_customer",
    "order.set_note",
    "order.notify_change",
    "order.print_summary",
    "payment.record",
}
BEFORE_INVOICE = {"order.set_exchange_rate", "order.set_invoice_note", "order.issue_invoice"}
EDITS = {"order.change_shipping", "order.add_lines", "order.edit_lines", "order.add_discount"}
SLIP, SEND = "order.issue_delivery_slip", "order.send_documents"
CORRECT, EXEMPT = "order.correct_invoice", "order.set_exemption"
INVOICED = {CORRECT, SEND}
REVERSE, CREDIT, DONE = "payment.reverse", "store_credit.use", "payment.mark_refunded"
STANDARD, PARTIAL, RETURNS = (
    "refund.create standard",
    "refund.create partial",
    "refund.create return",
)
RETURN = {"return.request", RETURNS}


def allowed(order: Order, **shop: Any) -> set[str]:
    found = actions(replace(order, shop=replace(order.shop, **shop)), DEFAULT_STATES).actions
    assert all(each.possible == (not each.reason) for each in found)
    return {called(each) for each in found if each.possible}


def called(action: PossibleAction) -> str:
    """A command, with the kind of a refund."""
    return f"{action.name} {action.refund_kind or ''}".strip()


def test_every_command_about_an_order_is_among_the_actions() -> None:
    found = {each.name for each in actions(PLACED, DEFAULT_STATES).actions}
    about = {
        kind.name
        for kind in catalogue.values()
        if issubclass(kind, Command)
        and kind.__module__.startswith("shared.contracts.orders")
        and "order_id" in kind.model_fields
    }
    assert len(about) > len(NOT_OF_AN_ORDER)
    assert found == about - NOT_OF_AN_ORDER, (
        f"{sorted(found ^ (about - NOT_OF_AN_ORDER))}: add a Policy for each new command to"
        " services/orders/domain/actions.py, or its name to NOT_OF_AN_ORDER"
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (PLACED, {"order.cancel_lines", EXEMPT, CREDIT, SLIP, *BEFORE_INVOICE, *EDITS}),
        (
            pay(PLACED, 1),
            {STANDARD, PARTIAL, EXEMPT, REVERSE, CREDIT, SLIP, *BEFORE_INVOICE, *EDITS},
        ),
        (PAID, {STANDARD, PARTIAL, SLIP, EXEMPT, REVERSE, *INVOICED, *EDITS}),
        (
            move(PAID, "processing").order,
            {STANDARD, PARTIAL, EXEMPT, REVERSE, *INVOICED, *EDITS},
        ),
        (SHIPPED, {PARTIAL, *RETURN, EXEMPT, REVERSE, *INVOICED}),
        (move(SHIPPED, "delivered").order, {PARTIAL, *RETURN, EXEMPT, REVERSE, *INVOICED}),
        (CANCELLED, {"order.set_exchange_rate", "order.set_invoice_note"}),
        (
            move(PAID, "cancelled").order,
            {DONE, "refund.to_store_credit", SEND},
        ),
        (
            refund(PAID, lines=[{"line": 1, "quantity": 1}]).order,
            {STANDARD, PARTIAL, DONE, "refund.to_store_credit", SLIP, *INVOICED, *EDITS},
        ),
        (
            done(try_to_discount(PLACED, percent="10")).order,
            {
                "order.cancel_lines",
                "order.remove_discount",
                EXEMPT,
                CREDIT,
                SLIP,
                *BEFORE_INVOICE,
                *EDITS,
            },
        ),
    ],
)
def test_the_actions_follow_from_what_the_order_is(order: Order, expected: set[str]) -> None:
    assert allowed(order, returns=True) == expected | ALWAYS


def test_a_return_can_be_taken_on_from_where_it_is() -> None:
    states = {
        "waiting_for_confirmation": {"return.confirm", "return.deny"},
        "waiting_for_package": {"return.receive", "return.deny"},
        "package_received": {"return.complete", "return.deny"},
        "completed": set(),
        "denied": set(),
    }
    steps = {"return.confirm", "return.deny", "return.receive", "return.complete"}
    for state, expected in states.items():
        returned = Return(uuid4(), ((1, 1),), "", state, NOON, NOON, "customer")  # type: ignore[arg-type]
        assert allowed(replace(SHIPPED, returns=(returned,))) & steps == expected
    reasons = {each.name: each.reason for each in actions(SHIPPED, DEFAULT_STATES).actions}
    assert reasons["return.complete"] == "The order has no return in the state 'package_received'."
    assert reasons["return.deny"] == (
        "The order has no return in the state 'waiting_for_confirmation', 'waiting_for_package' or"
        " 'package_received'."
    )


def test_money_that_a_payment_system_was_asked_for_becomes_no_store_credit() -> None:
    refundable = PaymentMethod(name=PAID.refund_method, refundable=True)
    order = replace(PAID, shop=replace(SHOP, payment_methods=(refundable,)))
    assert "refund.to_store_credit" not in allowed(move(order, "cancelled").order)


def test_goods_come_back_only_where_the_shop_takes_them() -> None:
    assert allowed(SHIPPED) == {PARTIAL, EXEMPT, REVERSE, *INVOICED, *ALWAYS}
    reasons = {each.name: each.reason for each in actions(SHIPPED, DEFAULT_STATES).actions}
    assert reasons["return.request"] == "This shop accepts no returns."


def test_what_was_once_shipped_stays_shipped_whatever_it_is_forced_to() -> None:
    back = move(SHIPPED, "awaiting_bank_wire", force=True, reason="in a test").order
    assert allowed(back, returns=True) == {
        PARTIAL,
        *RETURN,
        EXEMPT,
        REVERSE,
        *INVOICED,
        *ALWAYS,
    }


@pytest.mark.parametrize("here", DEFAULT_STATES)
def test_the_moves_that_are_told_as_possible_are_exactly_those_that_are_made(here: str) -> None:
    order = replace(PLACED, state=here)
    for each in actions(order, DEFAULT_STATES).moves:
        refusal = getattr(try_to_move(order, each.state), "code", None)
        assert each.possible == (refusal is None), (here, each)
        assert each.possible != bool(each.reason)
        assert refusal in (None, each.code)


def test_a_storefront_asks_what_is_possible(shop: Storefront) -> None:
    order_id = shop.place(language="fa")
    answer = shop.desk.ask("order.actions", {"order_id": order_id}, shop=shop.shop)
    assert answer.name == "order.actions_answered"
    moves = {each["state"]: each for each in answer.data["moves"]}
    assert answer.data["state"] == "awaiting_bank_wire"
    assert moves["processing"] == {
        "state": "processing",
        "state_label": "در حال آماده‌سازی",
        "state_colour": DEFAULT_STATES["processing"].colour,
        "possible": True,
        "code": "",
        "reason": "",
        "language": "en",
        "sentence": "",
    }
    assert (
        moves["shipped"]["reason"] == "An order cannot go from 'awaiting_bank_wire' to 'shipped'."
    )
    whole = {"order_id": order_id, "with_actions": True}
    order = shop.desk.ask("order.get", whole, shop=shop.shop).data
    for part in ("actions", "moves"):
        assert order[part] == answer.data[part]
    plain = shop.desk.ask("order.get", {"order_id": order_id}, shop=shop.shop).data
    assert (plain["actions"], plain["moves"]) == (None, None)


def test_the_reasons_are_in_the_language_of_the_asker(shop: Storefront) -> None:
    order_id = shop.place()
    for tag in ("de", "fa", "fr"):
        asked = {"order_id": order_id, "language": tag}
        answer = shop.desk.ask("order.actions", asked, shop=shop.shop).data
        refused = [each for each in answer["actions"] + answer["moves"] if not each["possible"]]
        assert len(refused) > 10
        for each in refused:
            assert (each["language"], each["code"] != "") == (tag, True), each
            assert each["sentence"] != each["reason"]
    priced = {"lines": [{"sku": "MUG-BLUE", "quantity": 1}], "currency": "EUR", "language": "de"}
    (rejected,) = shop.desk.ask(
        "cart.price", priced | {"voucher_codes": ["NONE"]}, shop=shop.shop
    ).data["rejected"]
    assert (rejected["code"], rejected["sentence"]) == (
        "unknown_voucher",
        "Es gibt keinen Gutschein „NONE“.",
    )
