"""Orders that wait for stock: placed, paid, and served in the order of placing, with events."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from services.orders.domain.backorder import Wait, joined, left_by, served, stocked
from shared.contracts import samples
from tests.orders.words import MUG, NOON, TEA, Storefront, a_placed_order, at_once, names, rows
from tests.words import an_order, changed

FIVE = {"lines": [{"sku": MUG, "quantity": 5}], "total__amount": 5 * 1190 + 490}
waits = st.lists(st.integers(1, 9), max_size=8).map(
    lambda sizes: tuple(
        Wait(NOON + timedelta(number), uuid4(), 0, size) for number, size in enumerate(sizes)
    )
)


# --- who gets what --------------------------------------------------------------------------------


@given(waits, st.integers(0, 60))
def test_what_comes_in_goes_to_those_who_waited_longest_and_nothing_is_lost(
    queue: tuple[Wait, ...], free: int
) -> None:
    left, got = served(queue, free)
    wanted = {wait.order_id: wait.quantity for wait in queue}
    assert sum(got.values()) == min(free, sum(wanted.values()))
    assert sum(wait.quantity for wait in left) == sum(wanted.values()) - sum(got.values())
    complete = [order_id for order_id, count in got.items() if count == wanted[order_id]]
    assert (
        list(got)[: len(complete)] == complete == [wait.order_id for wait in queue][: len(complete)]
    )


def test_two_lines_of_a_product_share_what_is_there() -> None:
    order = a_placed_order(lines=[{"sku": MUG, "quantity": 2}] * 2, total__amount=4 * 1190 + 490)
    short = stocked(order, lambda sku: 3)
    assert [line.missing for line in short.lines] == [0, 1]
    assert (short.held, short.short) == ({MUG: 3}, True)


def test_an_order_joins_and_leaves_a_queue_with_its_own_lines_only() -> None:
    order = stocked(a_placed_order(), lambda sku: 0)
    other = Wait(NOON - timedelta(1), uuid4(), 0, 1)
    queue = joined((other,), order, MUG)
    assert [(wait.order_id, wait.quantity) for wait in queue] == [
        (other.order_id, 1),
        (order.order_id, 2),
    ]
    assert left_by(queue, order.order_id) == (other,)


# --- placed ---------------------------------------------------------------------------------------


@pytest.fixture
def empty(shop: Storefront) -> Storefront:
    """A shop that takes backorders, with one mug left."""
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    return shop


def test_where_the_shop_allows_it_an_order_waits_for_what_is_missing(empty: Storefront) -> None:
    told = empty.tell("order.place", an_order())
    assert names(told) == ["order.placed", "stock.changed", "stock.short", "customer.changed"]
    assert told[0].data["new_state"]["key"] == "backorder_unpaid"
    assert told[0].data["lines"][0]["missing"] == 1
    assert told[2].data == {"sku": MUG, "missing": 1, "order_id": told[0].subject}
    order = empty.order(str(told[0].subject))
    assert (order["state"], order["lines"][0]["missing"], empty.stock()) == (
        "backorder_unpaid",
        1,
        0,
    )


def test_where_the_shop_does_not_an_order_may_still_be_placed_there_by_name(
    shop: Storefront,
) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    assert shop.refusal("order.place", an_order())["code"] == "out_of_stock"
    order = shop.order(shop.place(initial_state="backorder_unpaid"))
    assert (order["state"], order["lines"][0]["missing"]) == ("backorder_unpaid", 1)


def test_a_paid_order_begins_on_backorder_paid(empty: Storefront) -> None:
    order = empty.order(empty.place(initial_state="payment_accepted"))
    assert (order["state"], order["order"]["paid"]["amount"]) == ("backorder_paid", 2870)
    assert [document["kind"] for document in order["documents"]] == ["invoice"]


def test_an_order_in_a_state_that_does_not_wait_is_refused(empty: Storefront) -> None:
    refused = empty.refusal("order.place", an_order(initial_state="processing"))
    assert (refused["code"], refused["details"]) == (
        "out_of_stock",
        {"field": "lines[0].quantity", "sku": MUG, "left": 1},
    )


def test_a_product_that_never_had_stock_can_be_waited_for(empty: Storefront) -> None:
    empty.tell("product.put", changed(samples.PUT_PRODUCT, sku=TEA))
    order_id = empty.place(lines=[{"sku": TEA, "quantity": 2}])
    told = empty.tell("stock.set", {"sku": TEA, "quantity": 2})
    assert told[-1].data["filled_order_ids"] == [order_id]


# --- paid -----------------------------------------------------------------------------------------


def test_paying_an_order_that_waits_gives_on_backorder_paid(empty: Storefront) -> None:
    order_id = empty.place()
    told = empty.move(order_id, "payment_accepted")
    assert names(told) == ["order.transitioned", "payment.recorded", "invoice.issued"]
    assert told[0].data["new_state"]["key"] == "backorder_paid"
    assert [entry["state"] for entry in empty.order(order_id)["history"]] == [
        "backorder_unpaid",
        "backorder_paid",
    ]


def test_money_that_covers_the_total_moves_a_waiting_order_on(empty: Storefront) -> None:
    order_id = empty.place()
    assert names(empty.pay(order_id, 1000)) == ["payment.recorded"]
    told = empty.pay(order_id, 1870)
    assert names(told) == ["payment.recorded", "order.transitioned", "invoice.issued"]
    assert empty.order(order_id)["state"] == "backorder_paid"


def test_money_for_an_order_whose_stock_came_meanwhile_accepts_the_payment(
    empty: Storefront,
) -> None:
    order_id = empty.place()
    empty.tell("stock.set", {"sku": MUG, "quantity": 9})
    empty.pay(order_id)
    assert empty.order(order_id)["state"] == "payment_accepted"


def test_force_does_not_pass_an_order_by_its_wait_where_none_was_needed(empty: Storefront) -> None:
    order_id = empty.place()
    told = empty.move(order_id, "payment_accepted", force=True)
    assert (told[0].data["new_state"]["key"], told[0].data["forced"]) == ("backorder_paid", False)


def test_paying_twice_changes_nothing_and_says_so(empty: Storefront) -> None:
    order_id = empty.place(initial_state="payment_accepted")
    refused = empty.refusal("order.transition", {"order_id": order_id, "to": "payment_accepted"})
    assert (refused["code"], refused["details"]["field"]) == ("already_in_state", "to")


def test_a_waiting_order_is_not_prepared(empty: Storefront) -> None:
    order_id = empty.place(initial_state="payment_accepted")
    refused = empty.refusal("order.transition", {"order_id": order_id, "to": "processing"})
    assert (refused["code"], refused["details"]["guard"]) == ("guard_objects", "stock_is_there")


# --- edited ---------------------------------------------------------------------------------------


def add(shop: Storefront, order_id: str, quantity: int = 2) -> list[Any]:
    return shop.tell(
        "order.add_lines", {"order_id": order_id, "lines": [{"sku": MUG, "quantity": quantity}]}
    )


def test_a_paid_order_that_an_edit_leaves_short_waits_and_owes_what_was_added(
    empty: Storefront,
) -> None:
    order_id = empty.place(
        lines=[{"sku": MUG, "quantity": 1}], total__amount=1680, initial_state="payment_accepted"
    )
    told = add(empty, order_id)
    assert names(told) == ["order.edited", "invoice.issued", "stock.short", "order.transitioned"]
    assert (told[3].data["came_from"], told[3].data["new_state"]["key"]) == (
        "payment_accepted",
        "backorder_paid",
    )
    order = empty.order(order_id)
    assert (order["state"], order["due"]["amount"], len(order["history"])) == (
        "backorder_paid",
        2380,
        2,
    )
    assert names(add(empty, order_id)) == ["order.edited", "invoice.issued", "stock.short"]


def test_an_unpaid_order_that_an_edit_leaves_short_waits_too(empty: Storefront) -> None:
    order_id = empty.place(lines=[{"sku": MUG, "quantity": 1}], total__amount=1680)
    edit = {"order_id": order_id, "lines": [{"line": 1, "quantity": 4}], "by": "anna@shop.test"}
    told = empty.tell("order.edit_lines", edit)
    assert (told[-1].data["new_state"]["key"], told[-1].data["by"]) == (
        "backorder_unpaid",
        "anna@shop.test",
    )


def test_an_order_in_preparation_stays_there_but_is_not_sent_without_what_an_edit_added(
    empty: Storefront,
) -> None:
    order_id = empty.place(
        lines=[{"sku": MUG, "quantity": 1}], total__amount=1680, initial_state="processing"
    )
    told = ["order.edited", "invoice.issued", "delivery_slip.issued", "stock.short"]
    assert names(add(empty, order_id)) == told
    refused = empty.refusal("order.transition", {"order_id": order_id, "to": "shipped"})
    assert refused["details"]["guard"] == "stock_is_there"


# --- served ---------------------------------------------------------------------------------------


def test_stock_that_comes_in_is_set_aside_in_the_order_of_placing_and_announced(
    empty: Storefront,
) -> None:
    first, second, third = empty.place(), empty.place(**FIVE), empty.place()
    told = empty.tell("stock.set", {"sku": MUG, "quantity": 4})
    assert names(told) == ["stock.changed", "stock.changed", "stock.changed", "stock.reserved"]
    assert told[-1].data == {
        "sku": MUG,
        "available": 0,
        "filled_order_ids": [first],
        "reservations": [
            {"order_id": first, "quantity": 1, "missing": 0},
            {"order_id": second, "quantity": 3, "missing": 2},
        ],
    }
    lacking = [empty.order(each)["lines"][0]["missing"] for each in (first, second, third)]
    assert lacking == [0, 2, 2]
    assert names(empty.move(first, "processing"))[0] == "order.transitioned"


def test_what_nobody_waits_for_is_free(empty: Storefront) -> None:
    order_id = empty.place()
    told = empty.tell("stock.set", {"sku": MUG, "quantity": 10})
    assert (told[-1].data["filled_order_ids"], empty.stock()) == ([order_id], 9)
    assert names(empty.tell("stock.set", {"sku": MUG, "quantity": 12})) == ["stock.changed"]


def test_a_cancelled_order_leaves_its_pieces_to_those_who_wait(empty: Storefront) -> None:
    first, second = empty.place(), empty.place()
    told = empty.move(first, "cancelled")
    assert names(told) == ["order.transitioned", "stock.changed", "stock.changed", "stock.reserved"]
    assert told[-1].data["reservations"] == [{"order_id": second, "quantity": 1, "missing": 1}]
    assert empty.stock() == 0
    empty.tell("stock.set", {"sku": MUG, "quantity": 1})
    assert [empty.order(each)["lines"][0]["missing"] for each in (first, second)] == [0, 0]


def test_an_order_that_ends_while_it_waits_gives_back_what_was_set_aside_for_it(
    empty: Storefront,
) -> None:
    order_id = empty.place(initial_state="payment_accepted")
    empty.move(order_id, "refunded", force=True, reason="It takes too long.", by="anna")
    assert empty.stock() == 1
    assert names(empty.tell("stock.set", {"sku": MUG, "quantity": 5})) == ["stock.changed"]


def test_a_cancelled_order_that_is_refunded_by_force_takes_no_stock(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "cancelled")
    shop.move(order_id, "refunded", force=True, reason="the bank asks for it", by="anna")
    assert shop.stock() == 100


def test_an_order_is_filled_when_the_last_of_its_products_is_there(empty: Storefront) -> None:
    empty.tell("product.put", changed(samples.PUT_PRODUCT, sku=TEA))
    both = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 1}]
    order_id = empty.place(lines=both, total__amount=3 * 1190 + 490)
    assert empty.tell("stock.set", {"sku": MUG, "quantity": 5})[-1].data["filled_order_ids"] == []
    assert empty.tell("stock.set", {"sku": TEA, "quantity": 5})[-1].data["filled_order_ids"] == [
        order_id
    ]


def test_an_order_forced_out_of_cancelled_takes_its_stock_again(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "cancelled")
    told = shop.move(order_id, "processing", force=True, reason="a mistake", by="anna@shop.test")
    assert names(told)[-1] == "stock.changed"
    assert (told[-1].data["change"], shop.stock()) == (-2, 98)


def test_it_is_refused_where_there_is_none_any_more(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "cancelled")
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    command = {
        "order_id": order_id,
        "to": "processing",
        "force": True,
        "reason": "a mistake",
        "by": "anna",
    }
    refused = shop.refusal("order.transition", command)
    assert (refused["code"], refused["details"]) == (
        "out_of_stock",
        {"field": "to", "sku": MUG, "left": 1},
    )


def test_but_it_may_wait_for_it(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "cancelled")
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    told = shop.move(order_id, "backorder_unpaid", force=True, reason="a mistake", by="anna")
    assert names(told)[-2:] == ["stock.changed", "stock.short"]
    assert (shop.stock(), shop.order(order_id)["lines"][0]["missing"]) == (0, 1)


# --- at once --------------------------------------------------------------------------------------


def test_stock_that_comes_in_while_ten_orders_are_placed_leaves_nobody_waiting_beside_it(
    empty: Storefront, url: str
) -> None:
    batches: list[Any] = [[empty.message("order.place", an_order())] for _ in range(10)]
    at_once(url, *batches, [empty.message("stock.set", {"sku": MUG, "quantity": 7})])
    waiting = rows(empty.desk.engine, "waiting", shop=empty.shop)
    assert empty.stock() == 0 or not waiting
    movements = rows(empty.desk.engine, "stock_movements", shop=empty.shop)
    assert sum(row.change for row in movements) == empty.stock()
    ordered = 2 * len(rows(empty.desk.engine, "orders", shop=empty.shop))
    taken = -sum(row.change for row in movements if row.cause != "stock.set")
    assert taken == ordered - sum(row.quantity for row in waiting)


def test_two_products_that_come_in_at_once_fill_an_order_once(empty: Storefront, url: str) -> None:
    empty.tell("product.put", changed(samples.PUT_PRODUCT, sku=TEA))
    both = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 1}]
    waiting = sorted(empty.place(lines=both, total__amount=3 * 1190 + 490) for _ in range(5))
    at_once(
        url, *([empty.message("stock.set", {"sku": sku, "quantity": 50})] for sku in (MUG, TEA))
    )
    told = [event for event in empty.desk.outbox() if event.name == "stock.reserved"]
    assert (
        sorted(order_id for event in told for order_id in event.data["filled_order_ids"]) == waiting
    )
    assert rows(empty.desk.engine, "waiting", shop=empty.shop) == []
