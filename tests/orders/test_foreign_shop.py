"""Shops share a database and nothing else."""

import pytest

from tests.orders.words import Storefront
from tests.words import ServiceHarness, an_order


@pytest.fixture
def foreign(other_shop: Storefront) -> str:
    """An order of the other shop."""
    return other_shop.place()


def test_not_even_by_force(shop: Storefront, foreign: str) -> None:
    command = {"order_id": foreign, "to": "delivered", "force": True, "reason": "I want it"}
    assert shop.refusal("order.transition", command)["code"] == "unknown_order"


def test_the_stock_of_another_shop_is_not_sold(shop: Storefront, other_shop: Storefront) -> None:
    shop.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 1})
    assert shop.refusal("order.place", an_order())["code"] == "out_of_stock"
    other_shop.place()
    assert (shop.stock(), other_shop.stock()) == (1, 98)


def test_two_shops_in_one_batch_sell_from_their_own_stock(
    shop: Storefront, other_shop: Storefront
) -> None:
    shop.deliver(
        shop.message("order.place", an_order()), other_shop.message("order.place", an_order())
    )
    assert (shop.stock(), other_shop.stock()) == (98, 98)


def test_two_shops_in_one_batch_count_for_themselves(
    shop: Storefront, other_shop: Storefront, orders: ServiceHarness
) -> None:
    ours, theirs = shop.place(), other_shop.place()
    told = shop.deliver(
        shop.message("order.transition", {"order_id": ours, "to": "payment_accepted"}),
        other_shop.message("order.transition", {"order_id": theirs, "to": "payment_accepted"}),
    )
    issued = [event for event in told if event.name == "invoice.issued"]
    assert [(event.shop, event.data["document"]["number"]) for event in issued] == [
        (shop.shop, "IN000001"),
        (other_shop.shop, "IN000001"),
    ]


def test_a_shop_without_profile_cannot_sell(orders: ServiceHarness, shop: Storefront) -> None:
    stranger = Storefront(orders, f"{shop.shop}-3")
    refused = stranger.refusal("order.place", an_order())
    assert (refused["code"], refused["details"].get("field")) == ("unknown_shop", None)
