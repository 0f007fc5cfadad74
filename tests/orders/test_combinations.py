"""A product is sold in its combinations, each with a SKU, a stock and a price of its own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.orders.domain import combinations
from services.orders.domain.cart_rules import is_chosen
from services.orders.domain.shop import Product
from shared.contracts.orders import ProductChoice, PutProduct
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from tests.orders.words import Storefront
from tests.words import an_order

SIZE = {"en": "Size", "fa": "اندازه"}
SHIRT: dict[str, Any] = {
    "sku": "SHIRT",
    "names": {"en": "T-shirt", "fa": "تی‌شرت"},
    "price": euro(1500),
    "other_prices": [{"amount": 1700, "currency": "USD"}],
    "tax_rate": "19",
    "weight_grams": 200,
    "combinations": [
        {"sku": "SHIRT-M", "options": [{"names": SIZE, "values": {"en": "M"}}]},
        {
            "sku": "SHIRT-XL",
            "options": [{"names": SIZE, "values": {"en": "XL"}}],
            "price_differences": [euro(250), {"amount": 300, "currency": "USD"}],
            "weight_grams": 260,
            "barcode": "4006381333931",
            "picture_url": "https://shop.test/shirt-xl.jpg",
        },
        {
            "sku": "SHIRT-GOLD",
            "options": [{"names": {"en": "Colour"}, "values": {"en": "Gold"}}],
            "price": euro(9900),
        },
    ],
}


def put(**changes: Any) -> list[Product] | Reason:
    return combinations.put_product(PutProduct.model_validate(SHIRT | changes), {})


def changed(place: int, **changes: Any) -> list[dict[str, Any]]:
    """Return the combinations with a change of one."""
    found = [dict(each) for each in SHIRT["combinations"]]
    found[place] |= changes
    return found


# --- the rules ------------------------------------------------------------------------------------


def test_a_combination_has_what_it_states_and_the_rest_from_its_product() -> None:
    products = put()
    assert not isinstance(products, Reason)
    shown = []
    for each in products[1:]:
        prices = [(price.amount, price.currency) for price in (each.price, *each.other_prices)]
        shown.append((each.sku, prices, each.weight_grams))
    assert shown == [
        ("SHIRT-M", [(1500, "EUR"), (1700, "USD")], 200),
        ("SHIRT-XL", [(1750, "EUR"), (2000, "USD")], 260),
        ("SHIRT-GOLD", [(9900, "EUR")], 200),
    ]
    assert products[2].name("en-GB", "en") == "T-shirt (Size: XL)"
    assert products[2].name("fa", "en") == "تی‌شرت (اندازه: XL)"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"price": euro(-1)}, "negative_price", "price.amount"),
        ({"other_prices": [euro(1)]}, "currency_twice", "other_prices"),
        ({"combinations": changed(0, sku="SHIRT")}, "sku_twice", "combinations[0].sku"),
        ({"combinations": changed(1, sku="SHIRT-M")}, "sku_twice", "combinations[1].sku"),
        (
            {"combinations": changed(1, price=euro(5))},
            "two_prices",
            "combinations[1].price_differences",
        ),
        (
            {"combinations": changed(1, price_differences=[euro(1), euro(2)])},
            "currency_twice",
            "combinations[1].price_differences",
        ),
        (
            {"combinations": changed(1, price_differences=[euro(-1501)])},
            "negative_price",
            "combinations[1].price_differences",
        ),
        ({"names": {"en": "T" * 195}}, "name_too_long", "combinations[0].options"),
    ],
)
def test_a_wrong_combination_is_refused(changes: dict[str, Any], code: str, field: str) -> None:
    refused = put(**changes)
    assert isinstance(refused, Reason)
    assert (refused.code, refused.field) == (code, field)


def test_a_rule_chooses_combinations_by_product_and_by_option() -> None:
    products = put()
    assert not isinstance(products, Reason)
    large = products[2]
    assert is_chosen(large, ProductChoice(skus=["SHIRT"]))
    assert is_chosen(large, ProductChoice(attributes=["Size: XL"]))
    assert not is_chosen(large, ProductChoice(attributes=["Size: M"]))


# --- the service ----------------------------------------------------------------------------------


def ask(shop: Storefront, name: str, **data: Any) -> dict[str, Any]:
    return shop.desk.ask(name, data, shop=shop.shop).data


def test_an_order_names_the_combination_and_has_its_price(shop: Storefront) -> None:
    assert shop.tell("product.put", SHIRT)[0].name == "product.changed"
    for sku, quantity in (("SHIRT-M", 3), ("SHIRT-XL", 2), ("SHIRT-GOLD", 0)):
        shop.tell("stock.set", {"sku": sku, "quantity": quantity})
    (found,) = ask(shop, "product.search", text="4006381")["products"]
    assert [each["available"] for each in found["combinations"]] == [3, 2, 0]
    assert (found["sku"], found["available"]) == ("SHIRT", 5)
    alone = ask(shop, "product.get", sku="SHIRT-XL")
    assert (alone["parent"], alone["price"], alone["available"]) == ("SHIRT", euro(1750), 2)
    listed = ask(shop, "product.list")["products"]
    assert [each["sku"] for each in listed if each["sku"].startswith("SHIRT")] == ["SHIRT"]

    lines = [{"sku": "SHIRT-XL", "quantity": 2}]
    order = shop.order(shop.place(lines=lines, total__amount=2 * 1750 + 490, language="fa"))
    (line,) = order["lines"]
    assert (line["sku"], line["name"]) == ("SHIRT-XL", "تی‌شرت (اندازه: XL)")
    assert order["weight_grams"] == 2 * 260
    invoiced = shop.move(order["order"]["order_id"], "payment_accepted")
    (invoice,) = [each for each in invoiced if each.name == "invoice.issued"]
    assert invoice.data["document"]["lines"][0]["name"] == "تی‌شرت (اندازه: XL)"


def test_an_order_in_another_currency_has_the_prices_in_it(shop: Storefront) -> None:
    shop.tell("product.put", SHIRT)
    cart = {
        "currency": "USD",
        "shipping_price": {"amount": 0, "currency": "USD"},
        "carrier": "Post",
    }
    priced = ask(shop, "cart.price", lines=[{"sku": "SHIRT-XL", "quantity": 1}], **cart)
    assert priced["total"] == {"amount": 2000, "currency": "USD"}
    gold = ask(shop, "cart.price", lines=[{"sku": "SHIRT-GOLD", "quantity": 1}], **cart)
    assert (gold["code"], gold["details"]["field"]) == ("wrong_currency", "currency")


def test_a_product_with_combinations_and_a_withdrawn_one_are_not_sold(shop: Storefront) -> None:
    shop.tell("product.put", SHIRT)
    shop.tell("product.put", SHIRT | {"combinations": SHIRT["combinations"][1:]})
    shop.tell("stock.set", {"sku": "SHIRT-M", "quantity": 3})
    shop.tell("stock.set", {"sku": "SHIRT-XL", "quantity": 3})
    for sku, code in (("SHIRT", "choose_combination"), ("SHIRT-M", "not_sold")):
        lines = [{"sku": sku, "quantity": 1}]
        refused = shop.refusal("order.place", an_order(lines=lines))
        assert (refused["code"], refused["details"]["sku"]) == (code, sku)
        added = shop.refusal("order.add_lines", {"order_id": shop.place(), "lines": lines})
        assert (added["code"], added["details"]["field"]) == (code, "lines[0].sku")
    back = shop.tell("product.put", {**SHIRT, "names": {"en": "Shirt"}})
    assert back[0].data["combinations"][0]["sku"] == "SHIRT-M"
    assert shop.place(lines=[{"sku": "SHIRT-M", "quantity": 1}], total__amount=1500 + 490)


def test_skus_of_other_products_are_refused(shop: Storefront) -> None:
    shop.tell("product.put", SHIRT)
    stolen = SHIRT | {"sku": "OTHER", "combinations": SHIRT["combinations"][:1]}
    assert shop.refusal("product.put", stolen)["code"] == "sku_taken"
    part = {**SHIRT, "sku": "SHIRT-M", "combinations": []}
    assert shop.refusal("product.put", part)["code"] == "is_combination"


PAGE = Path(__file__).parents[2] / "docs" / "howto" / "combinations.md"


def test_the_page_says_what_is_done(shop: Storefront) -> None:
    answers: dict[str, Any] = {}
    for text in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        block = json.loads(text)
        if block["name"].endswith((".put", ".set")):
            told = shop.tell(block["name"], block["data"])
            assert told[0].name in ("product.changed", "stock.changed"), told[0].data
        else:
            answers[block["name"]] = ask(shop, block["name"], **block["data"])
    (found,) = answers["product.search"]["products"]
    assert [each["available"] for each in found["combinations"]] == [0, 5, 0]
    assert answers["cart.price"]["total"] == {"amount": 4000, "currency": "USD"}
    assert answers["cart.price"]["lines"][0]["name"] == "T-shirt (Size: XL)"
