"""Shops share a database and nothing else."""

import pytest

from tests.orders.words import Storefront, a_payment, rows
from tests.words import ServiceHarness, an_order


@pytest.fixture
def foreign(other_shop: Storefront) -> str:
    """An order of the other shop."""
    return other_shop.place()


def test_an_order_of_another_shop_cannot_be_moved(shop: Storefront, foreign: str) -> None:
    refused = shop.refusal("order.transition", {"order_id": foreign, "to": "payment_accepted"})
    assert (refused["code"], refused["details"]["field"]) == ("unknown_order", "order_id")


def test_not_even_by_force(shop: Storefront, foreign: str) -> None:
    command = {"order_id": foreign, "to": "delivered", "force": True, "reason": "I want it"}
    assert shop.refusal("order.transition", command)["code"] == "unknown_order"


def test_an_order_of_another_shop_cannot_be_paid(shop: Storefront, foreign: str) -> None:
    refused = shop.refusal("payment.record", a_payment(foreign))
    assert (refused["code"], refused["details"]["field"]) == ("unknown_order", "order_id")


def test_an_order_of_another_shop_cannot_be_seen(shop: Storefront, foreign: str) -> None:
    answer = shop.desk.ask("order.get", {"order_id": foreign}, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == ("order.get_refused", "unknown_order")


def test_a_refusal_tells_nothing_that_an_unknown_order_would_not(
    shop: Storefront, foreign: str
) -> None:
    command = {"order_id": foreign, "to": "shipped"}
    unknown = command | {"order_id": "00000000-0000-4000-8000-000000000000"}
    seen, unseen = (
        shop.refusal("order.transition", command),
        shop.refusal("order.transition", unknown),
    )
    assert seen["reason"].replace(foreign, "") == unseen["reason"].replace(unknown["order_id"], "")


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


def test_a_product_of_another_shop_is_unknown(orders: ServiceHarness, shop: Storefront) -> None:
    shop.tell(
        "product.put",
        {
            "sku": "POT-RED",
            "names": {"en": "Pot"},
            "tax_rate": "19",
            "price": {"amount": 100, "currency": "EUR"},
        },
    )
    assert [row.sku for row in rows(orders.engine, "products", shop=shop.shop)] == [
        "MUG-BLUE",
        "POT-RED",
    ]
    stranger = Storefront(orders, f"{shop.shop}-2")
    refused = stranger.refusal("stock.set", {"sku": "POT-RED", "quantity": 1})
    assert (refused["code"], refused["details"]["field"]) == ("unknown_product", "sku")


def test_a_shop_without_profile_cannot_sell(orders: ServiceHarness, shop: Storefront) -> None:
    stranger = Storefront(orders, f"{shop.shop}-3")
    refused = stranger.refusal("order.place", an_order())
    assert (refused["code"], refused["details"]["field"]) == ("unknown_shop", "shop")
