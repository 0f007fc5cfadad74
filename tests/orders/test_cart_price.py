"""The price of a cart is queried before the purchase; the order has the same total, or is refused
with the difference.
"""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.orders.promotions import create, euro, put_rule
from tests.orders.words import MUG, TEA, Storefront, everything, names
from tests.words import an_order

TWO_MUGS = [{"sku": MUG, "quantity": 2}]
ASKED = {
    "lines": TWO_MUGS,
    "currency": "EUR",
    "customer_id": "c-1001",
    "carrier": "Swift Post",
    "shipping_price": euro(490),
    "shipping_tax_rate": "19",
    "delivery_country": "GB",
}


def ask(shop: Storefront, **changes: Any) -> Envelope:
    asked = {key: value for key, value in {**ASKED, **changes}.items() if value is not None}
    return shop.desk.ask("cart.price", asked, shop=shop.shop)


def price(shop: Storefront, **changes: Any) -> dict[str, Any]:
    answer = ask(shop, **changes)
    assert answer.name == "cart.price_answered", answer.data
    return answer.data


def refused(shop: Storefront, **changes: Any) -> tuple[str, str]:
    answer = ask(shop, **changes)
    assert answer.name == "cart.price_refused", answer.data
    return answer.data["code"], answer.data["details"]["field"]


def bought_as_shown(shop: Storefront, shown: dict[str, Any], **changes: Any) -> None:
    """Place the order that a storefront makes of the price it shows; return it."""
    gifts = [line["sku"] for line in shown["lines"] if line["gift"]]
    told = shop.tell("order.place", an_order(total=shown["total"], gifts=gifts, **changes))
    assert told[0].name == "order.placed", told[0].data
    assert told[0].data["order"]["total"] == shown["total"]
    lines = [(line["sku"], line["quantity"]) for line in told[0].data["lines"]]
    assert lines == [(line["sku"], line["quantity"]) for line in shown["lines"]]


def test_a_cart_costs_what_the_catalogue_says(shop: Storefront) -> None:
    shown = price(shop)
    (line,) = shown["lines"]
    assert (
        line["name"],
        line["unit_price"],
        line["total"],
        line["off"],
        line["available"],
    ) == (
        "Mug, blue",
        euro(1_190),
        euro(2_380),
        euro(0),
        100,
    )
    assert (shown["products_total"], shown["shipping"], shown["total"]) == (
        euro(2_380),
        euro(490),
        euro(2_870),
    )
    assert shown["net"]["amount"] + shown["tax"]["amount"] == 2_870
    bought_as_shown(shop, shown)


def test_what_is_shown_with_rules_and_vouchers_is_what_is_paid(shop: Storefront) -> None:
    put_rule(shop, percent="12.5", priority=1)
    put_rule(shop, gift_sku=MUG, free_shipping=True, minimum=euro(2_000), priority=2)
    code = create(shop, amount=euro(1_234))
    shown = price(shop, voucher_codes=[code])
    assert [(each["kind"], each["code"], each["off"]["amount"]) for each in shown["discounts"]] == [
        ("percent", "", 298),
        ("gift", "", 1_190),
        ("free_shipping", "", 490),
        ("amount", code, 1_234),
    ]
    assert shown["rejected"] == []
    bought_as_shown(shop, shown, voucher_codes=[code])


@pytest.mark.parametrize("prices", ["tax_included", "tax_excluded"])
@pytest.mark.parametrize("per", ["item", "line", "total"])
def test_it_is_in_every_kind_of_price_and_rounding(shop: Storefront, prices: str, per: str) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"rounding": {"mode": "half_even", "per": per}})
    put_rule(shop, percent="33.3333")
    lines = [{"sku": MUG, "quantity": 7}]
    bought_as_shown(shop, price(shop, lines=lines, prices=prices), lines=lines, prices=prices)


def test_a_rule_put_in_between_refuses_the_order_with_the_difference(shop: Storefront) -> None:
    shown = price(shop)
    put_rule(shop, percent="10")
    found = shop.refusal("order.place", an_order(total=shown["total"]))
    assert (found["code"], found["details"]["computed"]) == ("total_differs", euro(2_870 - 238))


def test_a_code_that_does_nothing_is_told_and_hinders_nothing(shop: Storefront) -> None:
    code = create(shop, customer_id="c-2002")
    shown = price(shop, voucher_codes=[code, "NO-SUCH"])
    assert {each["voucher_code"]: each["code"] for each in shown["rejected"]} == {
        "NO-SUCH": "unknown_voucher",
        code: "other_customer",
    }
    assert shown["total"] == euro(2_870)
    bought_as_shown(shop, shown)


def test_products_are_chosen_by_what_they_are(shop: Storefront) -> None:
    blue = {
        "categories": ["mugs"],
        "brand": "Acme",
        "suppliers": ["North"],
        "attributes": ["colour: blue"],
    }
    shop.tell("product.put", samples.PUT_PRODUCT | blue)
    choices = [
        {
            "categories": ["mugs"],
            "brands": ["Acme"],
            "suppliers": ["North"],
            "attributes": ["colour: blue"],
        }
    ]
    put_rule(shop, percent="50", choices=choices, taken_off="chosen")
    assert price(shop)["total"] == euro(1_190 + 490)
    shop.tell("product.put", samples.PUT_PRODUCT | blue | {"brand": "Other"})
    assert price(shop)["total"] == euro(2_870)


def test_who_is_in_a_group_gets_what_is_for_it(shop: Storefront) -> None:
    shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    put_rule(shop, percent="50", groups=["regular"])
    assert price(shop)["total"] == euro(1_190 + 490)
    assert (
        price(shop, customer_id=None)["total"]
        == price(shop, customer_id="c-2002")["total"]
        == euro(2_870)
    )


def test_without_a_carrier_nothing_is_shipped_yet(shop: Storefront) -> None:
    assert price(shop, carrier=None, shipping_price=None, shipping_tax_rate=None)["total"] == euro(
        2_380
    )


def test_a_question_reserves_nothing(shop: Storefront) -> None:
    code = create(shop)
    before = everything(shop.desk.engine, shop.shop)
    price(shop, voucher_codes=[code])
    assert everything(shop.desk.engine, shop.shop) == before


# --- from an earlier cart or order ----------------------------------------------------------------


def test_an_earlier_cart_is_priced_as_it_would_be_bought_now(shop: Storefront) -> None:
    shop.tell("cart.put", samples.PUT_CART)
    shop.tell("product.put", samples.PUT_PRODUCT | {"price": euro(990)})
    shown = price(shop, lines=None, cart_id=samples.CART_ID)
    assert (shown["total"], shown["unknown"]) == (euro(2 * 990 + 490), [])


def test_an_earlier_order_is_priced_without_its_gifts(shop: Storefront) -> None:
    rule = put_rule(shop, gift_sku=MUG)
    order_id = shop.place()
    put_rule(shop, rule_id=rule, gift_sku=MUG, active=False)
    shown = price(shop, lines=None, order_id=order_id)
    assert [(line["sku"], line["quantity"]) for line in shown["lines"]] == [(MUG, 2)]
    bought_as_shown(shop, shown)


def test_what_of_it_is_sold_no_more_in_this_currency_is_told(shop: Storefront) -> None:
    shop.tell("product.put", samples.PUT_PRODUCT | {"sku": TEA})
    both = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 1}]
    shop.tell("cart.put", samples.PUT_CART | {"lines": both})
    shop.tell(
        "product.put", samples.PUT_PRODUCT | {"sku": TEA, "price": {"amount": 5, "currency": "USD"}}
    )
    shown = price(shop, lines=None, cart_id=samples.CART_ID)
    assert (shown["unknown"], [line["sku"] for line in shown["lines"]]) == ([TEA], [MUG])


def test_of_a_cart_that_is_sold_no_more_only_the_shipping_is_left(shop: Storefront) -> None:
    put_rule(shop, percent="10", taken_off="cheapest")
    shop.tell("cart.put", samples.PUT_CART)
    shop.tell("product.put", samples.PUT_PRODUCT | {"price": {"amount": 5, "currency": "USD"}})
    shown = price(shop, lines=None, cart_id=samples.CART_ID)
    assert (shown["lines"], shown["unknown"], shown["discounts"], shown["total"]) == (
        [],
        [MUG],
        [],
        euro(490),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lines", [{"sku": MUG, "quantity": 0}]),
        ("lines", [{"sku": "", "quantity": 1}]),
        ("currency", "euro"),
        ("prices", "net"),
        ("voucher_codes", ["A B"]),
        ("voucher_codes", ["ABC"] * 21),
        ("delivery_country", "gb"),
        ("carrier", {"name": "Post", "price": -1}),
        ("customer_id", ""),
        ("cart_id", "42"),
        ("order_id", "42"),
        ("language", "English"),
        ("surprise", 1),
    ],
)
def test_what_is_no_question_is_refused_at_its_field(
    shop: Storefront, field: str, value: Any
) -> None:
    answer = ask(shop, **{field: value})
    assert (answer.name, answer.data["code"]) == ("cart.price_refused", "invalid")
    assert answer.data["reason"].startswith(field)


@pytest.mark.parametrize(
    "data", [{}, {"code": "A B"}, {"code": "x" * 41}, {"code": 5}, {"code": "TEN", "more": 1}]
)
def test_a_question_for_what_is_no_code_is_refused(shop: Storefront, data: dict[str, Any]) -> None:
    answer = shop.desk.ask("voucher.get", data, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == ("voucher.get_refused", "invalid")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": None}, "one_source", "lines"),
        ({"cart_id": samples.CART_ID}, "one_source", "cart_id"),
        ({"lines": None, "cart_id": str(uuid4())}, "unknown_cart", "cart_id"),
        (
            {"lines": None, "cart_id": samples.CART_ID, "customer_id": "c-2002"},
            "unknown_cart",
            "cart_id",
        ),
        (
            {"lines": None, "cart_id": samples.CART_ID, "customer_id": None},
            "unknown_cart",
            "cart_id",
        ),
        ({"lines": None, "order_id": str(uuid4())}, "unknown_order", "order_id"),
        ({"lines": [{"sku": TEA, "quantity": 1}]}, "unknown_product", "lines[0].sku"),
        ({"currency": "USD"}, "wrong_currency", "shipping_price.currency"),
        ({"carrier": "Gold", "shipping_price": euro(2**53 - 1)}, "total_too_large", "lines"),
    ],
)
def test_what_cannot_be_priced_is_refused(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    shop.tell("cart.put", samples.PUT_CART)
    assert refused(shop, **changes) == (code, field)


def test_a_cart_of_another_shop_is_not_known(shop: Storefront, other_shop: Storefront) -> None:
    other_shop.tell("cart.put", samples.PUT_CART)
    assert refused(shop, lines=None, cart_id=samples.CART_ID)[0] == "unknown_cart"
    order_id = other_shop.place()
    assert refused(shop, lines=None, order_id=order_id)[0] == "unknown_order"


def test_a_shop_without_profile_prices_nothing(shop: Storefront) -> None:
    stranger = Storefront(shop.desk, f"{shop.shop}-nobody")
    assert refused(stranger, lines=None, order_id=str(uuid4()))[0] == "unknown_order"
    assert stranger.refusal("voucher.create", samples.NEW_VOUCHER)["code"] == "unknown_shop"
    assert names(stranger.tell("cart_rule.put", samples.CART_RULE)) == ["cart_rule.put_refused"]


def test_cart_and_order_speak_the_customers_language_else_that_of_the_shop(
    shop: Storefront,
) -> None:
    shop.tell("shop.put", {"default_language": "fa"})
    ada = samples.KNOWN_CUSTOMER
    new = {name: ada[name] for name in ("email", "full_name")} | {"customer_id": "c-7"}
    assert shop.tell("customer.put", new)[0].data["language"] == "fa"
    shop.tell("customer.put", ada)

    def name(**asked: Any) -> str:
        return str(price(shop, **asked)["lines"][0]["name"])

    assert name(customer_id=None) == name(customer_id="c-7") == "لیوان آبی"
    assert name() == name(customer_id="c-7", language="en-GB") == "Mug, blue"
    for customer_id, language in (("c-1001", "en"), ("c-7", "fa"), ("c-8", "fa")):
        customer = samples.CUSTOMER | {"customer_id": customer_id}
        placed = shop.tell("order.place", an_order(language=None, customer=customer))[0]
        assert placed.data["order"]["language"] == language
