"""Placing an order: data from the catalogue, and every reason to refuse."""

from datetime import datetime
from typing import Any

import pytest

from services.orders.domain.placing import Placed
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from tests.orders.words import (
    DEFAULT_STATES,
    MUG,
    NOON,
    TEA,
    a_placed_order,
    a_product,
    move,
    try_to_place,
)

INITIAL = sorted(key for key, state in DEFAULT_STATES.items() if state.initial)


def refusal(*products: Any, **changes: Any) -> Reason:
    refused = try_to_place(*products, **changes)
    assert isinstance(refused, Reason)
    return refused


def of_mugs(*quantities: int) -> list[dict[str, Any]]:
    return [{"sku": MUG, "quantity": quantity} for quantity in quantities]


def test_a_shop_without_profile_takes_no_orders() -> None:
    refused = refusal(shop=None)
    assert (refused.code, refused.field) == ("unknown_shop", None)


def test_an_order_begins_in_a_state_that_there_is() -> None:
    refused = refusal(initial_state="dreaming")
    assert (refused.code, refused.field) == ("unknown_state", "initial_state")


@pytest.mark.parametrize("state", ["cancelled", "refunded"])
def test_an_order_cannot_begin_at_its_end(state: str) -> None:
    assert refusal(initial_state=state).code == "not_an_initial_state"


@pytest.mark.parametrize("state", INITIAL)
def test_an_order_may_begin_in_any_other_state(state: str) -> None:
    assert a_placed_order(initial_state=state).history[0].state == state


@pytest.mark.parametrize("state", sorted(set(INITIAL) - {"awaiting_bank_wire"}))
def test_a_first_state_brings_what_a_move_to_it_would_bring(state: str) -> None:
    placed, moved = (
        a_placed_order(initial_state=state),
        move(a_placed_order(), state, force=True, reason="-").order,
    )
    assert [each.amount for each in placed.payments] == [each.amount for each in moved.payments]
    assert [each.number for each in placed.documents] == [each.number for each in moved.documents]
    assert placed.reached == moved.reached


def test_every_product_must_be_in_the_catalogue() -> None:
    refused = refusal(lines=[*of_mugs(1), {"sku": TEA, "quantity": 1}])
    assert (refused.code, {"field": refused.field, **refused.details}) == (
        "unknown_product",
        {"field": "lines[1].sku", "sku": TEA},
    )


def test_every_product_must_be_priced_in_the_currency_of_the_order() -> None:
    refused = refusal(currency="USD", total={"amount": 2870, "currency": "USD"})
    assert (refused.code, {"field": refused.field, **refused.details}) == (
        "wrong_currency",
        {"field": "currency", "sku": MUG},
    )


def test_no_more_is_sold_than_there_is() -> None:
    refused = refusal(stock=1)
    assert (refused.code, {"field": refused.field, **refused.details}) == (
        "out_of_stock",
        {"field": "lines[0].quantity", "sku": MUG, "left": 1},
    )
    assert refused.sentence == "2 of 'MUG-BLUE' are wanted, but 1 are in stock."


def test_two_lines_of_a_product_share_its_stock() -> None:
    assert refusal(stock=5, lines=of_mugs(3, 3)).details["left"] == 5


def test_the_last_piece_can_be_bought() -> None:
    assert isinstance(try_to_place(stock=2), Placed)


def test_a_total_that_differs_is_refused_with_what_was_shown_and_what_it_comes_to() -> None:
    refused = refusal(total__amount=2869)
    assert refused.code == "total_differs"
    assert refused.field == "total"
    assert refused.details["shown"] == {"amount": 2869, "currency": "EUR"}
    assert refused.details["computed"] == {"amount": 2870, "currency": "EUR"}
    assert (
        refused.sentence
        == "The total is 28.70 EUR, but the customer was shown 28.69 EUR: show the price again."
    )


def test_a_total_in_another_currency_differs() -> None:
    assert refusal(total__currency="USD").code == "total_differs"


def test_a_total_beyond_what_can_be_kept_is_refused() -> None:
    refused = refusal(a_product(price=2**52))
    assert (refused.code, refused.field) == ("total_too_large", "lines")


def test_an_order_takes_the_catalogues_price_rate_and_name() -> None:
    line = a_placed_order().lines[0]
    assert (line.sku, line.name, line.charge.price, str(line.charge.rate)) == (
        MUG,
        "Mug, blue",
        1190,
        "19",
    )


@pytest.mark.parametrize(
    ("language", "name"), [("fa", "لیوان"), ("fa-IR", "لیوان"), ("en-GB", "Mug"), ("fr", "Mug")]
)
def test_a_line_is_named_in_the_customers_language_or_in_the_shops(
    language: str, name: str
) -> None:
    assert a_placed_order(a_product(fa="لیوان", en="Mug"), language=language).lines[0].name == name


def test_a_product_without_a_name_in_either_language_still_has_one() -> None:
    assert a_placed_order(a_product(de="Becher"), language="fr").lines[0].name == "Becher"


def test_a_new_order_holds_its_stock_and_has_paid_nothing() -> None:
    order = a_placed_order()
    assert order.holds_stock
    assert (order.paid, order.due) == (0, 2870)


def test_the_first_state_stands_in_the_history_with_who_placed_it() -> None:
    change = a_placed_order(placed_by="anna@shop.test").history[0]
    expected: tuple[str, datetime, str, bool] = (
        "awaiting_bank_wire",
        NOON,
        "anna@shop.test",
        False,
    )
    assert (change.state, change.at, change.by, change.forced) == expected


def test_what_is_taken_from_stock_is_counted_per_product() -> None:
    placed = try_to_place(lines=of_mugs(1, 2), total__amount=3 * 1190 + 490)
    assert isinstance(placed, Placed)
    assert placed.taken == {MUG: 3}


def test_a_placed_order_is_told_with_its_state_its_lines_and_its_total() -> None:
    placed = try_to_place()
    assert isinstance(placed, Placed)
    (event,) = placed.events
    told = event.model_dump(mode="json")
    assert told["new_state"]["mail_template"] == "bankwire"
    assert told["lines"][0]["total"] == {"amount": 2380, "currency": "EUR"}
    assert told["order"]["total"] == {"amount": 2870, "currency": "EUR"}
    assert told["order"]["paid"] == {"amount": 0, "currency": "EUR"}


def test_an_order_may_cost_nothing() -> None:
    free = a_placed_order(
        a_product(price=0),
        carrier="Pick up",
        shipping_price=euro(0),
        shipping_tax_rate=None,
        total__amount=0,
    )
    assert free.due == 0
