"""Guards answer yes with nothing, or with the reason why not; the default graph asks them, force
passes them by.
"""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.guards import GUARDS
from services.orders.domain.lifecycle import Moved, transition
from services.orders.domain.order import Order
from shared.contracts.orders import TransitionOrder
from shared.contracts.reason import Reason
from tests.orders.refunds import refund
from tests.orders.words import DEFAULT_STATES, NOON, Numbers, a_placed_order, move, pay, try_to_move

ORDER = a_placed_order()
PAID = pay(ORDER, 2870)
SHIPPED = move(move(PAID, "payment_accepted").order, "shipped").order
SHORT = replace(ORDER, lines=(replace(ORDER.lines[0], missing=1),))
NOTHING_TO_REFUND = "Nothing was paid or shipped yet: edit the order or give a discount instead."
NOT_REFUNDED = "Nothing was refunded yet: refund first."
IS_OUT = "The order was shipped and not all goods came back: return them."
CANCELLED = move(ORDER, "cancelled").order


def lacks(guard: str, order: Order) -> str | None:
    return GUARDS[guard].objection(order)


@pytest.mark.parametrize(
    ("guard", "yes", "no", "reason"),
    [
        ("payment_covers_total", PAID, pay(ORDER, 1000), "18.70 EUR is still to be paid."),
        ("something_is_paid", pay(ORDER, 1), ORDER, "Nothing was paid yet."),
        (
            "nothing_paid",
            ORDER,
            pay(ORDER, 1),
            "The order is paid, at least in part: use a refund instead.",
        ),
        ("nothing_shipped", PAID, SHIPPED, "The order was shipped."),
        ("order_is_shipped", SHIPPED, PAID, "The order was not shipped yet."),
        ("stock_is_there", ORDER, SHORT, "The order waits for stock: 1 of 'MUG-BLUE'."),
        ("stock_is_held", ORDER, CANCELLED, "The order released its stock."),
        ("something_to_refund", pay(ORDER, 1), ORDER, NOTHING_TO_REFUND),
        ("something_refunded", refund(PAID).order, PAID, NOT_REFUNDED),
        ("nothing_is_out", PAID, SHIPPED, IS_OUT),
        (
            "something_to_send",
            PAID,
            refund(PAID).order,
            "There is nothing to send: all pieces were refunded.",
        ),
    ],
)
def test_a_guard_says_yes_or_why_not(guard: str, yes: Order, no: Order, reason: str) -> None:
    assert (lacks(guard, yes), lacks(guard, no)) == (None, reason)


def test_every_guard_is_found_by_its_name() -> None:
    assert [guard.name for guard in GUARDS.values()] == list(GUARDS)


@pytest.mark.parametrize("to", ["processing", "shipped"])
def test_an_order_that_waits_for_stock_is_neither_prepared_nor_shipped(to: str) -> None:
    refused = try_to_move(replace(SHORT, state="backorder_paid"), to)
    assert isinstance(refused, Reason)
    assert (refused.code, refused.details["guard"], refused.field) == (
        "guard_objects",
        "stock_is_there",
        "to",
    )
    assert refused.sentence == "The order waits for stock: 1 of 'MUG-BLUE'."


def test_a_move_that_a_guard_refuses_is_not_among_the_possible_ones() -> None:
    refused = try_to_move(replace(SHORT, state="backorder_paid"), "processing")
    assert isinstance(refused, Reason)
    assert refused.details["possible"] == ["cancelled"]


def test_what_was_once_shipped_cannot_be_cancelled_even_after_it_was_forced_back() -> None:
    back = move(SHIPPED, "processing", force=True, reason="parcel came back").order
    refused = try_to_move(back, "cancelled")
    assert isinstance(refused, Reason)
    assert refused.details["guard"] == "nothing_is_out"


def test_force_passes_a_guard_and_stands_in_the_history() -> None:
    change = move(
        replace(SHORT, state="backorder_paid"), "processing", force=True, reason="part delivery"
    ).order
    assert (change.history[-1].forced, change.history[-1].reason) == (True, "part delivery")


@pytest.mark.parametrize("by", ["customer", "system"])
def test_only_an_employee_forces(by: str) -> None:
    refused = try_to_move(ORDER, "delivered", by=by, force=True, reason="I want it")
    assert isinstance(refused, Reason)
    assert (refused.code, refused.field) == ("not_privileged", "by")


def ship_when(**changes: Any) -> Moved | Reason:
    """Move an order to *shipped* in a graph with a changed state *shipped*."""
    graph = {**DEFAULT_STATES, "shipped": replace(DEFAULT_STATES["shipped"], **changes)}
    command = TransitionOrder(order_id=ORDER.order_id, to="shipped")
    return transition(replace(ORDER, state="processing"), command, graph, Numbers(), NOON)


def test_a_shop_that_ships_nothing_unpaid_names_the_guard() -> None:
    assert isinstance(ship_when(), Moved)
    refused = ship_when(guards=("payment_covers_total",))
    assert isinstance(refused, Reason)
    assert refused.details["guard"] == "payment_covers_total"
