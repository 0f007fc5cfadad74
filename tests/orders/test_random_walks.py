"""Random commands on orders in any sequence: invariants stay true, and the sums agree."""

from collections import Counter
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings, strategies as st

from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from shared.contracts import samples
from tests.orders.conftest import open_shop
from tests.orders.words import (
    DEFAULT_STATES,
    MUG,
    Numbers,
    Storefront,
    a_payment,
    a_placed_order,
    rows,
    try_to_move,
)
from tests.words import ServiceHarness, an_order

states = st.sampled_from(sorted(DEFAULT_STATES))
steps = st.lists(st.tuples(states, st.booleans()), max_size=25)
NUMBERED = {"invoice", "delivery_slip"}


@given(st.sampled_from([key for key, state in DEFAULT_STATES.items() if state.initial]), steps)
def test_what_is_once_true_of_an_order_stays_true(start: str, walk: list[tuple[str, bool]]) -> None:
    order, numbers = a_placed_order(initial_state=start, state=start), Numbers()
    for to, force in walk:
        before, moved = order, try_to_move(order, to, numbers, force=force, reason="in a test")
        if isinstance(moved, Moved):
            order = moved.order
            lasts(before, moved)


def lasts(before: Order, moved: Moved) -> None:
    after = moved.order
    assert after.reached >= before.reached
    assert after.paid >= before.paid
    assert (after.history[:-1], after.documents[: len(before.documents)]) == (
        before.history,
        before.documents,
    )
    assert after.payments[: len(before.payments)] == before.payments
    kinds = Counter(each.kind for each in after.documents)
    assert not {kind for kind, count in kinds.items() if count > 1}
    assert kinds.keys() - {"credit_slip"} <= NUMBERED & after.reached
    assert not after.holds_stock or NUMBERED & after.reached == kinds.keys()
    assert bool(kinds["credit_slip"]) == (bool(kinds["invoice"]) and not after.holds_stock)
    assert after.due <= 0 or "paid" not in after.reached
    assert (moved.restocked, moved.retaken) == (
        before.holds_stock and not after.holds_stock,
        after.holds_stock and not before.holds_stock,
    )


place = st.tuples(
    st.just("place"),
    st.sampled_from(["awaiting_bank_wire", "payment_accepted", "processing"]),
    st.integers(1, 4),
)
move = st.tuples(st.just("move"), states, st.integers(0, 5), st.booleans())
count = st.tuples(st.just("count"), st.integers(0, 6))
pay = st.tuples(st.just("pay"), st.integers(0, 5))
few = st.integers(0, 2)
place_paid = st.tuples(st.just("place"), st.just("payment_accepted"), st.integers(1, 4))
go_on = st.tuples(
    st.just("move"), st.sampled_from(["processing", "shipped", "cancelled"]), few, st.just(False)
)
kinds = st.sampled_from(["standard", "standard", "return", "partial"])
refund = st.tuples(st.just("refund"), few, kinds, st.integers(1, 3))
edit = st.tuples(st.just("edit"), few, st.integers(1, 2), st.integers(0, 5))
add = st.tuples(st.just("add"), few, st.integers(1, 3))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(place, move, move, count, pay), min_size=8, max_size=30))
def test_the_sums_of_stock_agree_whatever_is_done(orders: ServiceHarness, deeds: list[Any]) -> None:
    shop = open_shop(orders)
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True, "accepts_returns": True})
    placed: list[str] = []
    shop.deliver(*(shop.message(*command(deed, placed)) for deed in deeds))
    agree(shop)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(place_paid, min_size=1, max_size=3),
    st.integers(0, 6),
    st.lists(st.one_of(refund, edit, edit, add, go_on, count), min_size=4, max_size=12),
)
def test_the_sums_agree_whatever_is_refunded_and_edited(
    orders: ServiceHarness, sold: list[Any], stock: int, deeds: list[Any]
) -> None:
    shop = open_shop(orders, stock)
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True, "accepts_returns": True})
    placed: list[str] = []
    shop.deliver(*(shop.message(*command(deed, placed)) for deed in sold))
    shop.deliver(*(shop.message(*command(deed, placed)) for deed in deeds))
    agree(shop, edited=any(deed[0] in ("edit", "add") for deed in deeds))


def command(deed: Any, placed: list[str]) -> tuple[str, dict[str, Any]]:
    """The message that does it; the orders that were placed are counted round."""
    what, *how = deed
    if what == "count":
        return "stock.set", {"sku": MUG, "quantity": how[0]}
    if what == "place" or not placed:
        state, quantity = how if what == "place" else ("awaiting_bank_wire", 1)
        total = quantity * 1190 + 490
        new = an_order(
            initial_state=state, lines=[{"sku": MUG, "quantity": quantity}], total__amount=total
        )
        placed.append(new["order_id"])
        return "order.place", new
    order_id = placed[(how[1] if what == "move" else how[0]) % len(placed)]
    return change(order_id, what, *how)


def change(order_id: str, what: str, *how: Any) -> tuple[str, dict[str, Any]]:
    """A change of an order."""
    if what == "pay":
        return "payment.record", a_payment(order_id, 7000)
    if what == "edit":
        return "order.edit_lines", {
            "order_id": order_id,
            "lines": [{"line": how[1], "quantity": how[2]}],
        }
    if what == "add":
        return "order.add_lines", {
            "order_id": order_id,
            "lines": [{"sku": MUG, "quantity": how[1]}],
        }
    if what == "refund":
        _, kind, pieces = how
        return "refund.create", {
            "order_id": order_id,
            "refund_id": str(uuid4()),
            "kind": kind,
            "refund_shipping": False,
            "lines": [{"line": 1, "quantity": pieces}],
        }
    return "order.transition", {
        "order_id": order_id,
        "to": how[0],
        "force": how[2],
        "reason": "?",
        "by": "anna",
    }


def agree(shop: Storefront, *, edited: bool = False) -> None:
    engine = shop.desk.engine
    movements = rows(engine, "stock_movements", shop=shop.shop)
    waiting = rows(engine, "waiting", shop=shop.shop)
    assert sum(row.change for row in movements) == shop.stock()
    assert not (waiting and shop.stock())
    slips = (event for event in shop.desk.outbox() if event.name == "delivery_slip.issued")
    packed = {
        event.subject: sum(line["quantity"] for line in event.data["document"]["lines"])
        for event in slips
    }
    lacking = Counter[Any]()
    for row in waiting:
        lacking[row.order_id] += row.quantity
    for order in rows(engine, "orders", shop=shop.shop):
        ordered = sum(
            line.quantity for line in rows(engine, "order_lines", order_id=order.order_id)
        )
        refunds = rows(engine, "refunds", order_id=order.order_id)
        released = sum(line["released"] for refund in refunds for line in refund.lines)
        held = -sum(row.change for row in movements if row.order_id == order.order_id)
        assert held >= 0
        assert held == (ordered - released - lacking[order.order_id] if order.holds_stock else 0)
        assert 0 <= order.refunded <= order.paid
        assert order.holds_stock or not lacking[order.order_id]
        documents = rows(engine, "documents", order_id=order.order_id)
        kinds = Counter(row.kind for row in documents)
        assert sum(row.kind == "delivery_slip" and not row.replaces for row in documents) <= 1
        if kinds["delivery_slip"] and order.holds_stock and "shipped" not in order.reached.split():
            assert packed[str(order.order_id)] == (
                ordered - released or packed[str(order.order_id)]
            )
        if not edited:
            assert kinds["invoice"] <= 1
            slips = sum(bool(refund.credit_slip) for refund in refunds)  # type: ignore[assignment]
            assert kinds["credit_slip"] - slips in (  # type: ignore[operator]
                (0,) if order.holds_stock else (0, kinds["invoice"])
            )
    for kind, prefix in (("invoice", "IN"), ("credit_slip", "CR")):
        numbers = [row.number for row in rows(engine, "documents", shop=shop.shop, kind=kind)]
        assert sorted(numbers) == [f"{prefix}{number:06d}" for number in range(1, len(numbers) + 1)]
