"""Data that was put is in the answers of get and list; putting it again changes nothing, and a
partial put changes only the fields it sets.
"""

from typing import Any

import pytest

from shared.contracts import samples
from shared.contracts.samples import euro
from tests.orders.words import Storefront, everything, names, rows
from tests.words import ServiceHarness

WHOLE: dict[str, dict[str, Any]] = {
    "shop.put": (
        samples.PUT_SHOP
        | {
            "accepts_returns": True,
            "return_days": 30,
            "store_credit_days": 90,
            "backorders": True,
            "invoice_prefix": "RE",
            "profile": (
                samples.SHOP_PROFILE
                | {
                    "website": "https://shop.test",
                    "legal_text": "Directors: A, B",
                }
            ),
        }
    ),
    "state.put": (
        samples.PUT_STATE
        | {
            "hidden": True,
            "flags": ["attach_delivery_slip", "valid"],
            "next_states": ["cancelled", "shipped"],
        }
    ),
    "product.put": (
        samples.PUT_PRODUCT
        | {
            "categories": ["mugs"],
            "brand": "Blue",
            "suppliers": ["Clay"],
            "attributes": ["colour: blue"],
        }
    ),
    "customer.put": samples.KNOWN_CUSTOMER,
    "cart.put": samples.PUT_CART,
    "cart_rule.put": {
        name: value for name, value in samples.CART_RULE.items() if name != "gift_sku"
    },
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "shop.put": (),
    "state.put": ("key", "labels"),
    "product.put": ("sku", "names", "price", "tax_rate"),
    "customer.put": ("customer_id", "email", "full_name"),
    "cart.put": ("cart_id", "customer_id", "lines"),
    "cart_rule.put": ("rule_id", "names"),
}
KEYS = {
    "state": "key",
    "product": "sku",
    "customer": "customer_id",
    "cart": "cart_id",
    "cart_rule": "rule_id",
}
LISTS: dict[str, dict[str, Any]] = {"cart": {"customer_id": "c-1001"}}
ONLY_GOT = {"available", "changed_at", "parent", "options"}
ONLY_PUT = {"comes_from"}
each_put = pytest.mark.parametrize("name", WHOLE)


def get(shop: Storefront, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the data that `product.put` and its query share, without the fields that only the
    query returns.
    """
    noun = name.removesuffix(".put")
    asked = {KEYS[noun]: data[KEYS[noun]]} if noun in KEYS else {}
    answer = shop.desk.ask(f"{noun}.get", asked, shop=shop.shop)
    assert answer.name == f"{noun}.get_answered", answer.data
    return {
        field: value
        for field, value in answer.data.get("rule", answer.data).items()
        if field not in ONLY_GOT
    }


def put(shop: Storefront, name: str, data: dict[str, Any]) -> dict[str, Any]:
    told = shop.tell(name, data)
    assert not told[0].name.endswith("_refused"), told[0].data
    return told[0].data


@each_put
def test_what_was_put_is_got(shop: Storefront, name: str) -> None:
    put(shop, name, WHOLE[name])
    got = get(shop, name, WHOLE[name])
    assert {
        field: _within(got[field], value)
        for field, value in WHOLE[name].items()
        if field not in ONLY_PUT
    } == {field: value for field, value in WHOLE[name].items() if field not in ONLY_PUT}


def _within(got: Any, wanted: Any) -> Any:
    """Return the fields of the answer that were put; the rest are defaults."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        return {field: _within(got.get(field), value) for field, value in wanted.items()}
    if isinstance(got, list) and isinstance(wanted, list):
        return [_within(*pair) for pair in zip(got, wanted, strict=True)]
    return got


@each_put
def test_putting_what_was_got_changes_nothing(shop: Storefront, name: str) -> None:
    put(shop, name, WHOLE[name])
    got, before = get(shop, name, WHOLE[name]), everything(shop.desk.engine, shop.shop)
    told = put(shop, name, got)
    after = everything(shop.desk.engine, shop.shop)
    assert {table for table in after if after[table] != before[table]} <= {
        "carts"
    }  # when it was put
    assert {field: told[field] for field in got} == got  # the event tells all of it


@each_put
def test_a_partial_put_changes_only_what_it_names(shop: Storefront, name: str) -> None:
    put(shop, name, WHOLE[name])
    got = get(shop, name, WHOLE[name])
    told = put(shop, name, {field: WHOLE[name][field] for field in REQUIRED[name]})
    assert get(shop, name, WHOLE[name]) == got
    assert {field: told[field] for field in got} == got


def test_a_partial_change_of_a_shop_reaches_into_its_profile_and_numbering(
    shop: Storefront,
) -> None:
    put(shop, "shop.put", WHOLE["shop.put"])
    got = get(shop, "shop.put", {})
    profile = {name: got["profile"][name] for name in ("name", "email", "address")}
    put(
        shop,
        "shop.put",
        {"profile": profile | {"toman": True}, "numbering": {"credit_slip": {"width": 9}}},
    )
    wanted = got | {"profile": got["profile"] | {"toman": True}}
    wanted["numbering"] = got["numbering"] | {
        "credit_slip": got["numbering"]["credit_slip"] | {"width": 9}
    }
    assert get(shop, "shop.put", {}) == wanted


def test_what_may_be_nothing_is_taken_away_by_null(shop: Storefront) -> None:
    put(shop, "shop.put", WHOLE["shop.put"])
    put(shop, "shop.put", {"store_credit_days": None})
    assert get(shop, "shop.put", {})["store_credit_days"] is None


@pytest.mark.parametrize("noun", KEYS)
def test_what_was_put_is_listed(shop: Storefront, noun: str) -> None:
    data = WHOLE[f"{noun}.put"]
    put(shop, f"{noun}.put", data)
    answer = shop.desk.ask(f"{noun}.list", LISTS.get(noun, {}), shop=shop.shop)
    (listed,) = [value for value in answer.data.values() if isinstance(value, list)]
    shown = [each.get("rule", each) for each in listed]
    assert data[KEYS[noun]] in [each[KEYS[noun]] for each in shown]


@pytest.mark.parametrize("noun", ["product", "customer"])
def test_lists_go_on_behind_their_cursor(shop: Storefront, noun: str) -> None:
    key = KEYS[noun]
    for number in range(5):
        put(shop, f"{noun}.put", WHOLE[f"{noun}.put"] | {key: f"a-{number}"})
    found: list[str] = []
    cursor = None
    while True:
        page = shop.desk.ask(f"{noun}.list", {"limit": 2, "cursor": cursor}, shop=shop.shop).data
        found += [each[key] for each in page[f"{noun}s"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(set(found)) == sorted(found)
    assert {f"a-{number}" for number in range(5)} <= set(found)


@pytest.mark.parametrize("noun", ["shop", "carrier", "payment_method"])
def test_a_shop_without_a_profile_has_nothing_to_choose(orders: ServiceHarness, noun: str) -> None:
    question = "shop.get" if noun == "shop" else f"{noun}.list"
    assert orders.ask(question, {}, shop="nowhere").data["code"] == "unknown_shop"


# --- carriers -------------------------------------------------------------------------------------


def carriers(shop: Storefront, **asked: Any) -> list[tuple[str, int | None]]:
    answer = shop.desk.ask("carrier.list", asked, shop=shop.shop).data
    return [
        (each["name"], each["price"] and each["price"]["amount"]) for each in answer["carriers"]
    ]


def test_carriers_are_listed_with_their_price_for_a_country_and_a_currency(
    shop: Storefront,
) -> None:
    rates = [
        {"price": euro(490)},
        {"price": euro(412), "prices": "tax_excluded"},
        {"price": {"amount": 520, "currency": "USD"}},
    ]
    put(
        shop,
        "shop.put",
        {
            "carriers": [
                {"name": "Everywhere", "rates": rates},
                {"name": "At home", "rates": rates[:1], "countries": ["DE", "AT"]},
            ]
        },
    )
    assert carriers(shop) == [("Everywhere", None), ("At home", None)]
    assert carriers(shop, delivery_country="FR", currency="EUR") == [("Everywhere", 490)]
    assert carriers(shop, delivery_country="AT", currency="EUR") == [
        ("Everywhere", 490),
        ("At home", 490),
    ]
    assert carriers(shop, currency="EUR", prices="tax_excluded") == [("Everywhere", 412)]
    assert carriers(shop, currency="USD") == [("Everywhere", 520)]
    assert carriers(shop, currency="GBP") == []


def test_payment_methods_are_listed(shop: Storefront) -> None:
    methods = [
        samples.PAYMENT_METHOD,
        samples.PAYMENT_METHOD | {"name": "PayPal", "refundable": True},
    ]
    put(shop, "shop.put", {"payment_methods": methods})
    answer = shop.desk.ask("payment_method.list", {}, shop=shop.shop)
    unset = {"means": "", "transfer": None, "refund_on_cancel": True}
    assert answer.data == {"payment_methods": [method | unset for method in methods]}


# --- rules and movements --------------------------------------------------------------------------


def test_a_rule_without_a_code_is_ended_by_its_id(shop: Storefront) -> None:
    put(
        shop,
        "cart_rule.put",
        {"rule_id": samples.RULE_ID, "names": {"en": "Sale"}, "percent": "10"},
    )
    order_id = shop.place(total__amount=2632)
    answer = shop.desk.ask("cart_rule.get", {"rule_id": samples.RULE_ID}, shop=shop.shop).data
    assert (answer["used"], answer["usable"], [use["order_id"] for use in answer["last_uses"]]) == (
        1,
        True,
        [order_id],
    )
    told = shop.tell("cart_rule.disable", {"rule_id": samples.RULE_ID, "by": "anna@shop.test"})
    assert [(event.name, event.data["active"]) for event in told] == [("cart_rule.changed", False)]
    assert shop.place(total__amount=2870)
    again = shop.refusal("cart_rule.disable", {"rule_id": samples.RULE_ID})
    assert (again["code"], again["details"]["field"]) == ("already_disabled", "rule_id")


def test_rules_are_listed_without_vouchers_unless_these_are_wanted(shop: Storefront) -> None:
    put(shop, "cart_rule.put", WHOLE["cart_rule.put"])
    put(shop, "voucher.create", samples.NEW_VOUCHER | {"voucher_id": samples.CART_ID})
    asked = (
        {"include_vouchers": False},
        {"include_vouchers": True},
        {"include_vouchers": True, "active": False},
    )
    lists = [shop.desk.ask("cart_rule.list", each, shop=shop.shop).data["rules"] for each in asked]
    assert [[rule["rule"]["rule_id"] for rule in page] for page in lists] == [
        [samples.RULE_ID],
        [samples.RULE_ID, samples.CART_ID],
        [],
    ]
    told = shop.tell("cart_rule.disable", {"rule_id": samples.CART_ID})
    assert names(told) == ["cart_rule.changed", "voucher.disabled"]


def test_movements_tell_what_became_of_the_stock(shop: Storefront) -> None:
    order_id = shop.place()
    shop.tell("stock.adjust", {"sku": "MUG-BLUE", "change": -1, "cause": "broken"})
    page = shop.desk.ask("stock.movements", {"sku": "MUG-BLUE"}, shop=shop.shop).data
    found = [(each["change"], each["cause"], each["order_id"]) for each in page["movements"]]
    assert found == [(-1, "broken", None), (-2, "order.place", order_id), (100, "stock.set", None)]
    assert len(rows(shop.desk.engine, "stock_movements", shop=shop.shop)) == len(found)
    of_order = shop.desk.ask("stock.movements", {"order_id": order_id}, shop=shop.shop).data[
        "movements"
    ]
    assert [each["change"] for each in of_order] == [-2]
    first = shop.desk.ask("stock.movements", {"limit": 2}, shop=shop.shop).data
    rest = shop.desk.ask(
        "stock.movements", {"limit": 2, "cursor": first["next"]}, shop=shop.shop
    ).data
    assert [len(first["movements"]), len(rest["movements"]), rest["next"]] == [2, 1, None]
    assert (
        shop.desk.ask("stock.movements", {"sku": "NONE"}, shop=shop.shop).data["code"]
        == "unknown_product"
    )
