"""Possible moves, the requirements of a forced move, and the history."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from services.orders.domain.lifecycle import Moved, transition
from shared.contracts.orders import TransitionOrder
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from tests.orders.refunds import refund
from tests.orders.words import DEFAULT_STATES, NOON, Numbers, a_placed_order, move, pay, try_to_move

MOVES = """
awaiting_cheque          ....xxxxxx..x.
awaiting_bank_wire       ....xxxxxx..x.
awaiting_cod             ....xxxxxx..x.
awaiting_paypal          ....xxxxxx..x.
payment_accepted         ........xxx.xx
remote_payment_accepted  ........xxx.xx
payment_error            xx.xxx.xxx..x.
backorder_unpaid         ....xxx.xx..x.
backorder_paid           .........xx.xx
processing               ........x.x.xx
shipped                  ...........xxx
delivered                ............xx
cancelled                ..............
refunded                 ..............
"""
"""From the state of the line to the states of the columns, which stand in the same order."""
ORDER = a_placed_order()
REFUNDED = refund(pay(ORDER, 2870), "partial", lines=[{"line": 1, "amount": euro(100)}]).order
"""Fit for every move: money goes back, which the state *refunded* asks for."""
PAIRS = [pair for pair in product(DEFAULT_STATES, repeat=2) if pair[0] != pair[1]]
POSSIBLE = [(here, there) for here, there in PAIRS if there in (DEFAULT_STATES[here].moves or ())]
IMPOSSIBLE = [pair for pair in PAIRS if pair not in POSSIBLE]


def test_the_graph_is_the_one_of_the_table() -> None:
    lines = dict(line.split() for line in MOVES.strip().splitlines())
    assert list(lines) == list(DEFAULT_STATES)
    marks = {
        (here, there): mark
        for here, row in lines.items()
        for there, mark in zip(lines, row, strict=True)
    }
    assert set(POSSIBLE) == {pair for pair, mark in marks.items() if mark == "x"}


@pytest.mark.parametrize(("here", "there"), list(product(DEFAULT_STATES, repeat=2)))
def test_every_pair_of_states_is_a_move_or_a_refusal_that_changes_nothing(
    here: str, there: str
) -> None:
    order, numbers = replace(REFUNDED, state=here), Numbers()
    moved = try_to_move(order, there, numbers)
    assert isinstance(moved, Moved) == ((here, there) in POSSIBLE)
    assert isinstance(moved, Moved) or not numbers.given


def refusal(here: str, there: str, **how: Any) -> Reason:
    refused = try_to_move(replace(REFUNDED, state=here), there, **how)
    assert isinstance(refused, Reason)
    return refused


@pytest.mark.parametrize(("here", "there"), POSSIBLE)
def test_a_move_of_the_graph_is_made(here: str, there: str) -> None:
    assert move(replace(REFUNDED, state=here), there).order.state == there


@pytest.mark.parametrize(("here", "there"), IMPOSSIBLE)
def test_a_move_outside_the_graph_is_refused(here: str, there: str) -> None:
    refused = refusal(here, there)
    assert (refused.code, refused.field) == ("move_not_possible", "to")


@pytest.mark.parametrize("here", DEFAULT_STATES)
def test_a_refused_move_names_exactly_the_moves_that_are_possible(here: str) -> None:
    there = next(there for start, there in IMPOSSIBLE if start == here)
    possible = refusal(here, there).details["possible"]
    assert possible == sorted(end for start, end in POSSIBLE if start == here)
    assert all(
        try_to_move(replace(REFUNDED, state=here), end).__class__ is Moved for end in possible
    )


def test_a_refused_move_says_so_in_one_sentence() -> None:
    expected = (
        "An order cannot go from 'shipped' to 'processing'; possible: cancelled, delivered,"
        " refunded."
    )
    assert refusal("shipped", "processing").sentence == expected


def test_out_of_a_final_state_nothing_is_possible() -> None:
    refused = refusal("cancelled", "processing")
    assert (
        refused.sentence
        == "An order cannot go from 'cancelled' to 'processing'; possible: nothing."
    )


def test_a_state_that_does_not_exist_is_refused_even_by_force() -> None:
    refused = refusal("shipped", "dreaming", force=True, reason="why not")
    assert (refused.code, refused.field) == ("unknown_state", "to")


@pytest.mark.parametrize("here", DEFAULT_STATES)
def test_the_same_state_twice_is_refused(here: str) -> None:
    refused = refusal(here, here)
    assert (refused.code, refused.field) == ("already_in_state", "to")


def test_force_does_not_move_an_order_to_where_it_is() -> None:
    assert refusal("shipped", "shipped", force=True, reason="again").code == "already_in_state"


@pytest.mark.parametrize("reason", ["", "   "])
def test_force_needs_a_reason(reason: str) -> None:
    refused = refusal("delivered", "processing", force=True, reason=reason)
    assert (refused.code, refused.field) == ("reason_missing", "reason")


@pytest.mark.parametrize(("here", "there"), IMPOSSIBLE)
def test_force_with_a_reason_makes_any_move(here: str, there: str) -> None:
    assert (
        move(replace(ORDER, state=here), there, force=True, reason="lost parcel").order.state
        == there
    )


def test_a_forced_move_stands_in_the_history_with_its_reason() -> None:
    moved = move(
        replace(ORDER, state="delivered"), "processing", by="anna", force=True, reason="lost parcel"
    )
    change = moved.order.history[-1]
    assert (change.state, change.by, change.forced, change.reason) == (
        "processing",
        "anna",
        True,
        "lost parcel",
    )
    assert moved.events[0].model_dump()["forced"] is True


def test_force_where_none_was_needed_is_no_forced_move() -> None:
    moved = move(ORDER, "payment_accepted", force=True)
    assert not moved.order.history[-1].forced
    assert moved.events[0].model_dump()["forced"] is False


def test_a_move_is_added_to_the_history_and_rewrites_nothing() -> None:
    moved = move(ORDER, "payment_accepted", by="anna@shop.test")
    assert moved.order.history[:-1] == ORDER.history
    change = moved.order.history[-1]
    assert (change.state, change.at, change.by) == ("payment_accepted", NOON, "anna@shop.test")


def test_a_decision_leaves_the_order_it_was_given_as_it_was() -> None:
    before = replace(ORDER)
    move(ORDER, "cancelled")
    assert before == ORDER


def test_a_move_is_told_with_where_the_order_came_from_and_how_it_stands_now() -> None:
    told = move(ORDER, "payment_accepted", by="anna@shop.test").events[0].model_dump(mode="json")
    assert (told["came_from"], told["new_state"]["key"]) == (
        "awaiting_bank_wire",
        "payment_accepted",
    )
    assert told["by"] == "anna@shop.test"
    assert told["order"]["paid"] == {"amount": 2870, "currency": "EUR"}
    assert told["at"] == "2026-11-21T12:00:00Z"


def test_the_label_of_the_state_is_told_in_the_language_of_the_order() -> None:
    persian = replace(ORDER, language="fa")
    assert (
        move(persian, "shipped", force=True, reason="-")
        .events[0]
        .model_dump()["new_state"]["label"]
        == "ارسال شده"
    )


def test_moves_that_are_not_restricted_lead_anywhere() -> None:
    free = {**DEFAULT_STATES, "shipped": replace(DEFAULT_STATES["shipped"], moves=None)}
    command = TransitionOrder(order_id=ORDER.order_id, to="awaiting_cod")
    assert isinstance(
        transition(replace(ORDER, state="shipped"), command, free, Numbers(), NOON), Moved
    )
