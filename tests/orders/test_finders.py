"""Customers, products and carts are found, and results say whether there are more."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.orders.words import Storefront, names
from tests.words import an_order, changed


def answer(shop: Storefront, name: str, **data: Any) -> Envelope:
    return shop.desk.ask(name, data, shop=shop.shop)


def customers(shop: Storefront, text: str, **more: Any) -> list[str]:
    return [
        found["customer_id"]
        for found in answer(shop, "customer.search", text=text, **more).data["customers"]
    ]


def products(shop: Storefront, text: str, **more: Any) -> list[tuple[str, int]]:
    found = answer(shop, "product.search", text=text, **more).data["products"]
    return [(product["sku"], product["available"]) for product in found]


def put(
    shop: Storefront, customer_id: str, full_name: str, email: str = "x@example.test", **more: Any
) -> None:
    told = shop.tell(
        "customer.put", {"customer_id": customer_id, "full_name": full_name, "email": email, **more}
    )
    assert names(told) == ["customer.changed"]


# --- customers ------------------------------------------------------------------------------------


def test_a_customer_that_was_put_is_told_and_found_with_his_addresses(shop: Storefront) -> None:
    told = shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    assert [(event.name, event.subject) for event in told] == [("customer.changed", "c-1001")]
    (found,) = answer(shop, "customer.search", text="ada").data["customers"]
    assert found == told[0].data
    assert changed(found, addresses=[]) == changed(samples.KNOWN_CUSTOMER, addresses=[])
    assert found["addresses"][0].items() >= samples.ADDRESS.items()


@pytest.mark.parametrize(
    "text", ["علی", "علي", "کریمی علی", "راد", "كريمي", "karimi@", "KARIMI", "shop.te"]
)
def test_a_customer_is_found_by_first_letters_however_they_are_typed(
    shop: Storefront, text: str
) -> None:
    put(shop, "fa", "علي كريمي\u200cراد", "karimi@shop.test")
    put(shop, "de", "Jörg Groß", "jg@other.test")
    assert customers(shop, text) == ["fa"]


def test_customers_come_by_name_and_it_is_told_that_there_are_more(shop: Storefront) -> None:
    for number, name in enumerate(["Zoe Test", "Émile Test", "Ada Test"]):
        put(shop, str(number), name)
    assert customers(shop, "test") == ["2", "1", "0"]
    some = answer(shop, "customer.search", text="test", limit=2).data
    assert (len(some["customers"]), some["more"]) == (2, True)
    assert answer(shop, "customer.search", text="test", limit=3).data["more"] is False


def test_who_is_put_again_is_found_by_his_new_name_only(shop: Storefront) -> None:
    put(shop, "c", "Ada Byron")
    put(shop, "c", "Ada Lovelace", "ada@new.test")
    assert (customers(shop, "byron"), customers(shop, "lovelace"), customers(shop, "new")) == (
        [],
        ["c"],
        ["c"],
    )


def test_who_placed_an_order_is_known_with_the_addresses_of_it(shop: Storefront) -> None:
    shop.place()
    (found,) = answer(shop, "customer.search", text="ada").data["customers"]
    assert (found["customer_id"], found["language"]) == ("c-1001", "en")
    assert [address["city"] for address in found["addresses"]] == ["London"]


@pytest.mark.parametrize("text", ["byron london", "sw1y", "james's sq", "LONDON"])
def test_a_customer_is_found_by_his_address(shop: Storefront, text: str) -> None:
    shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    shop.place(
        customer__customer_id="c-2",
        delivery_address__city="Paris",
        delivery_address__postcode="75001",
        delivery_address__line1="1 Rue",
        invoice_address__city="Paris",
        invoice_address__line1="1 Rue",
        invoice_address__postcode="75001",
    )
    assert customers(shop, text) == ["c-1001"]
    assert customers(shop, "75001") == ["c-2"]


def test_who_moves_is_found_by_his_new_address_only(shop: Storefront) -> None:
    shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    shop.tell(
        "customer.put",
        changed(samples.KNOWN_CUSTOMER, addresses=[samples.ADDRESS | {"city": "Leeds"}]),
    )
    assert (customers(shop, "london"), customers(shop, "leeds")) == ([], ["c-1001"])


def test_an_order_changes_nothing_of_who_is_known(shop: Storefront) -> None:
    put(shop, "c-1001", "Ada Lovelace")
    shop.place()
    shop.place()
    assert (customers(shop, "lovelace"), customers(shop, "byron")) == (["c-1001"], [])


def test_a_batch_may_tell_of_a_customer_many_times(shop: Storefront) -> None:
    put_him = shop.message(
        "customer.put", changed(samples.KNOWN_CUSTOMER, full_name="Ada Lovelace")
    )
    shop.deliver(
        shop.message("order.place", an_order()), put_him, shop.message("order.place", an_order())
    )
    assert customers(shop, "lovelace") == ["c-1001"]
    assert customers(shop, "byron") == []


# --- products -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["mug", "MUG-BL", "blue mu", "لیوان", "ليوان ابی"])
def test_a_product_is_found_by_its_reference_or_a_name_in_any_language(
    shop: Storefront, text: str
) -> None:
    assert products(shop, text) == [("MUG-BLUE", 100)]


def test_a_product_is_told_with_its_price_and_what_is_left(shop: Storefront) -> None:
    shop.place()
    (found,) = answer(shop, "product.search", text="mug").data["products"]
    assert {**found, **samples.PUT_PRODUCT} == found
    assert found["available"] == 98


def test_a_product_that_was_never_counted_has_none_left(shop: Storefront) -> None:
    shop.tell(
        "product.put", changed(samples.PUT_PRODUCT, sku="TEA-250", names={"en": "Tea, green"})
    )
    assert products(shop, "tea") == [("TEA-250", 0)]


def test_a_product_that_was_put_again_is_found_by_its_new_name_only(shop: Storefront) -> None:
    shop.tell("product.put", changed(samples.PUT_PRODUCT, names={"en": "Cup"}))
    assert (products(shop, "لیوان"), products(shop, "cup"), products(shop, "blue")) == (
        [],
        [("MUG-BLUE", 100)],
        [("MUG-BLUE", 100)],
    )


def test_it_is_told_that_there_are_more_products(shop: Storefront) -> None:
    for number in range(3):
        shop.tell(
            "product.put", changed(samples.PUT_PRODUCT, sku=f"POT-{number}", names={"en": "Pot"})
        )
    some = answer(shop, "product.search", text="pot", limit=2).data
    assert ([product["sku"] for product in some["products"]], some["more"]) == (
        ["POT-0", "POT-1"],
        True,
    )


def test_the_stock_of_a_product_is_told(shop: Storefront) -> None:
    shop.place()
    assert answer(shop, "stock.get", sku="MUG-BLUE").data == {"sku": "MUG-BLUE", "available": 98}


# --- carts ----------------------------------------------------------------------------------------


def put_cart(shop: Storefront, **changes: Any) -> str:
    cart = changed(samples.PUT_CART, **{"cart_id": str(uuid4()), **changes})
    assert [(event.name, event.data) for event in shop.tell("cart.put", cart)] == [
        ("cart.changed", cart)
    ]
    return str(cart["cart_id"])


def carts(shop: Storefront, **data: Any) -> list[str]:
    return [
        cart["cart_id"]
        for cart in answer(shop, "cart.list", customer_id="c-1001", **data).data["carts"]
    ]


def test_the_carts_of_a_customer_come_last_changed_first(shop: Storefront) -> None:
    first, second = put_cart(shop), put_cart(shop)
    put_cart(shop, customer_id="another")
    assert carts(shop) == [second, first]
    put_cart(shop, cart_id=first, lines=[])
    assert carts(shop) == [first, second]


def test_a_cart_is_as_it_was_last_put_and_takes_no_stock(shop: Storefront) -> None:
    cart_id = put_cart(shop)
    put_cart(shop, cart_id=cart_id, lines=[{"sku": "MUG-BLUE", "quantity": 7}])
    (cart,) = answer(shop, "cart.list", customer_id="c-1001").data["carts"]
    assert (cart["cart_id"], cart["lines"]) == (cart_id, [{"sku": "MUG-BLUE", "quantity": 7}])
    assert shop.stock() == 100


def test_carts_come_in_pages(shop: Storefront) -> None:
    ids = [put_cart(shop) for _ in range(3)]
    page = answer(shop, "cart.list", customer_id="c-1001", limit=2).data
    assert [cart["cart_id"] for cart in page["carts"]] == [ids[2], ids[1]]
    assert carts(shop, limit=2, cursor=page["next"]) == [ids[0]]


def test_a_cart_with_an_unknown_product_is_refused(shop: Storefront) -> None:
    found = shop.refusal(
        "cart.put", changed(samples.PUT_CART, lines=[{"sku": "NOTHING", "quantity": 1}])
    )
    assert (found["code"], found["details"]["field"]) == ("unknown_product", "lines[0].sku")


# --- questions that make no sense -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "code", "field"),
    [
        ("customer.search", {"text": "?!"}, "nothing_to_search", "text"),
        ("product.search", {"text": "\u200c"}, "nothing_to_search", "text"),
        ("cart.list", {"customer_id": "c", "cursor": "nonsense"}, "unknown_cursor", "cursor"),
        ("stock.get", {"sku": "NOTHING"}, "unknown_product", "sku"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    shop: Storefront, name: str, data: dict[str, Any], code: str, field: str
) -> None:
    found = answer(shop, name, **data)
    assert (found.name, found.data["code"], found.data["details"]["field"]) == (
        f"{name}_refused",
        code,
        field,
    )


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("customer.search", {}, "text"),
        ("customer.search", {"text": ""}, "text"),
        ("customer.search", {"text": "a", "limit": 51}, "limit"),
        ("product.search", {"text": 5}, "text"),
        ("product.search", {"text": "a", "limit": 0}, "limit"),
        ("cart.list", {}, "customer_id"),
        ("cart.list", {"customer_id": "x" * 65}, "customer_id"),
        ("cart.list", {"customer_id": "c", "limit": 101}, "limit"),
        ("stock.get", {"sku": ""}, "sku"),
        ("stock.get", {"sku": "A", "surprise": 1}, "surprise"),
    ],
)
def test_wrong_data_is_refused_at_its_field(
    shop: Storefront, name: str, data: dict[str, Any], field: str
) -> None:
    found = answer(shop, name, **data)
    assert (found.name, found.data["code"]) == (f"{name}_refused", "invalid")
    assert field in {fault["field"] for fault in found.data["details"]["faults"]}
