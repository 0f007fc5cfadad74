"""Vouchers: made, ended, used once and not twice, and their rest."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.orders.store.cart_rules import Buyers, Uses
from services.orders.store.rule_tables import cart_rules
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import DONE
from tests.orders.promotions import (
    MUGS,
    SHIPPING,
    a_voucher,
    ask,
    create,
    euro,
    find,
    order_with,
    place,
    put_rule,
)
from tests.orders.words import Storefront, at_once, names
from tests.words import an_order, changed

# --- made -----------------------------------------------------------------------------------------


def test_a_voucher_is_told_with_whom_it_is_for_so_that_he_can_be_written_to(
    shop: Storefront,
) -> None:
    shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    (told,) = shop.tell("voucher.create", a_voucher(code="thanks-ada"))
    assert (told.name, told.data["code"], told.data["voucher"]["amount"]) == (
        "voucher.created",
        "THANKS-ADA",
        euro(3_000),
    )
    assert told.data["customer"] == samples.CUSTOMER
    assert (told.data["language"], told.data["shop"]["name"], told.data["by"]) == (
        "en",
        "Corner Shop",
        "anna@shop.test",
    )


def test_a_voucher_for_everybody_names_nobody(shop: Storefront) -> None:
    (told,) = shop.tell("voucher.create", a_voucher(customer_id=None))
    assert (told.data["customer"], told.data["voucher"]["customer_id"]) == (None, None)


def test_a_voucher_without_a_code_is_given_one(shop: Storefront) -> None:
    code = create(shop, code=None)
    assert code.startswith("V-")
    assert len(code) == 18
    assert ask(shop, code)["usable"]


def test_what_was_made_is_not_made_again(shop: Storefront) -> None:
    data = a_voucher()
    shop.tell("voucher.create", data)
    shop.repetition("voucher.create", data)
    other = shop.refusal("voucher.create", a_voucher(code=data["code"].lower()))
    assert (other["code"], other["details"]["field"]) == ("code_taken", "code")


def test_two_shops_may_have_the_same_code(shop: Storefront, other_shop: Storefront) -> None:
    create(shop, code="TEN")
    create(other_shop, code="TEN")
    other_shop.tell("voucher.disable", {"code": "TEN"})
    assert (ask(shop, "TEN")["usable"], ask(other_shop, "TEN")["usable"]) == (True, False)


# --- used -----------------------------------------------------------------------------------------


def test_a_voucher_pays_for_the_products_and_what_stays_is_another(shop: Storefront) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    assert names(told) == [
        "order.placed",
        "stock.changed",
        "voucher.redeemed",
        "voucher.created",
        "customer.changed",
    ]
    used, rest = find(told, "voucher.redeemed"), find(told, "voucher.created")
    assert (used["code"], used["off"], used["rest"]) == (code, euro(MUGS), euro(3_000 - MUGS))
    assert (rest["code"], rest["remainder_of"], rest["customer"]["email"]) == (
        used["rest_code"],
        code,
        "ada@example.test",
    )
    assert rest["code"].startswith(f"{code}-")
    assert shop.order(str(told[0].subject))["order"]["total"] == euro(SHIPPING)
    assert place(shop, rest["code"], total=MUGS - 620 + SHIPPING)


def test_the_rest_of_a_rest_has_no_longer_code(shop: Storefront) -> None:
    code, found = create(shop, amount=euro(9_000)), []
    for _ in range(3):
        found.append(code)
        code = find(place(shop, code, total=SHIPPING), "voucher.created")["code"]
    assert len({len(each) for each in [*found[1:], code]}) == 1
    assert len({*found, code}) == 4


def test_the_rest_is_for_who_had_the_voucher(shop: Storefront) -> None:
    code = create(shop, customer_id=None)
    rest = find(place(shop, code, total=SHIPPING), "voucher.created")
    assert rest["voucher"]["customer_id"] == "c-1001"
    other = order_with(rest["code"], total=0, customer__customer_id="c-2002")
    assert shop.refusal("order.place", other)["code"] == "other_customer"


def test_a_voucher_is_used_once(shop: Storefront) -> None:
    code = create(shop)
    place(shop, code, total=SHIPPING)
    refused = shop.refusal("order.place", order_with(code, total=SHIPPING))
    assert (refused["code"], refused["details"]) == (
        "used_up",
        {"field": "voucher_codes[0]", "voucher_code": code},
    )


def test_a_voucher_given_twice_in_an_order_counts_once(shop: Storefront) -> None:
    code = create(shop)
    place(shop, code, code.lower(), total=SHIPPING)


def test_uses_are_counted_per_customer(shop: Storefront) -> None:
    code = create(shop, customer_id=None, uses=None, amount=euro(500))
    total = MUGS - 500 + SHIPPING
    place(shop, code, total=total)
    assert (
        shop.refusal("order.place", order_with(code, total=total))["code"] == "used_up_by_customer"
    )
    place(shop, code, total=total, customer__customer_id="c-2002")
    assert ask(shop, code)["used"] == 2


def test_a_voucher_for_a_group_is_for_its_members(shop: Storefront) -> None:
    code = create(shop, customer_id=None, groups=["staff"])
    assert shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "other_group"
    shop.tell("customer.put", {**samples.KNOWN_CUSTOMER, "groups": ["staff"]})
    place(shop, code, total=SHIPPING)


def test_a_refused_order_uses_nothing(shop: Storefront) -> None:
    code = create(shop)
    shop.refusal("order.place", order_with(code, total=SHIPPING + 1))
    place(shop, code, total=SHIPPING)


def test_many_orders_of_one_batch_share_its_uses(shop: Storefront) -> None:
    code = create(shop, customer_id=None, uses=2, uses_per_customer=None, amount=euro(100))
    total = MUGS - 100 + SHIPPING
    told = shop.deliver(
        *(shop.message("order.place", order_with(code, total=total)) for _ in range(4))
    )
    assert [name for name in names(told) if name.startswith("order.")] == (
        ["order.placed"] * 2 + ["order.place_refused"] * 2
    )


def test_a_voucher_made_in_a_batch_is_used_in_it(shop: Storefront) -> None:
    data = a_voucher()
    told = shop.deliver(
        shop.message("voucher.create", data),
        shop.message("order.place", order_with(data["code"], total=SHIPPING)),
        shop.message("voucher.disable", {"code": data["code"]}),
        shop.message("order.place", order_with(data["code"], total=SHIPPING)),
    )
    assert names(told) == [
        "voucher.created",
        "order.placed",
        "stock.changed",
        "voucher.redeemed",
        "voucher.created",
        "customer.changed",
        "voucher.disabled",
        "order.place_refused",
    ]


def of_eight_products(shop: Storefront, *codes: str, total: int) -> list[dict[str, Any]]:
    """Place an order of each of eight products, so that no lock of the stock serializes them."""
    skus = [f"P-{number}" for number in range(8)]
    shop.deliver(*(shop.message("product.put", samples.PUT_PRODUCT | {"sku": sku}) for sku in skus))
    shop.deliver(*(shop.message("stock.set", {"sku": sku, "quantity": 9}) for sku in skus))
    return [order_with(*codes, total=total, lines=[{"sku": sku, "quantity": 2}]) for sku in skus]


@pytest.mark.parametrize("customers", [["c-1001"] * 8, [f"c-{number}" for number in range(8)]])
def test_of_eight_orders_with_the_last_use_exactly_one_is_placed(
    shop: Storefront, url: str, customers: list[str]
) -> None:
    code = create(shop, customer_id=None)
    orders = of_eight_products(shop, code, total=SHIPPING)
    batches = [
        [shop.message("order.place", changed(order, customer__customer_id=customer))]
        for order, customer in zip(orders, customers, strict=True)
    ]
    assert at_once(url, *batches) == [[DONE]] * 8
    told = shop.desk.outbox()
    assert names(told).count("voucher.redeemed") == names(told).count("order.placed") == 1
    assert [each.data["code"] for each in told if each.name == "order.place_refused"] == [
        "used_up"
    ] * 7
    assert ask(shop, code)["used"] == 1


def test_what_a_customer_may_use_once_he_uses_once_however_many_orders_come_at_once(
    shop: Storefront, url: str
) -> None:
    put_rule(shop, amount=euro(380), uses_per_customer=1)
    orders = of_eight_products(shop, total=2_490)
    assert at_once(url, *([shop.message("order.place", order)] for order in orders)) == [[DONE]] * 8
    told = names(shop.desk.outbox())
    assert (told.count("order.placed"), told.count("order.place_refused")) == (1, 7)


def test_what_every_customer_may_use_once_holds_up_nobody_else(shop: Storefront, url: str) -> None:
    rule = put_rule(shop, amount=euro(380), uses_per_customer=1)
    orders = [
        shop.message("order.place", changed(order, customer__customer_id=f"c-{number}"))
        for number, order in enumerate(of_eight_products(shop, total=2_490))
    ]
    with shop.desk.engine.connect() as holder:  # another customer's order that is not done yet
        if holder.dialect.name == "postgresql":
            Buyers(holder, Uses(holder)).preload([(shop.shop, UUID(rule), "c-1001")])
            held = select(cart_rules).where(cart_rules.c.rule_id == UUID(rule)).with_for_update()
            holder.execute(held)
        else:
            holder.rollback()
        assert at_once(url, *([order] for order in orders)) == [[DONE]] * 8
    assert names(shop.desk.outbox()).count("order.placed") == 8


# --- made on the spot -----------------------------------------------------------------------------


def test_a_voucher_is_made_with_the_order_that_uses_it(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher(amount=euro(500)).items() if key != "by"}
    told = place(shop, total=MUGS - 500 + SHIPPING, new_vouchers=[new], placed_by="anna@shop.test")
    assert names(told) == [
        "order.placed",
        "stock.changed",
        "voucher.created",
        "voucher.redeemed",
        "customer.changed",
    ]
    made = find(told, "voucher.created")
    assert (made["by"], made["remaining_uses"]) == ("anna@shop.test", 0)
    assert ask(shop, new["code"])["remaining_uses"] == 0


@pytest.mark.parametrize(
    ("uses", "each", "left"), [(3, 2, 1), (2, None, 1), (None, 1, 0), (None, None, None)]
)
def test_a_voucher_made_with_an_order_tells_how_often_its_customer_can_still_use_it(
    shop: Storefront, uses: int | None, each: int | None, left: int | None
) -> None:
    new = {key: value for key, value in a_voucher(amount=euro(500)).items() if key != "by"}
    new |= {"uses": uses, "uses_per_customer": each}
    told = place(shop, total=MUGS - 500 + SHIPPING, new_vouchers=[new])
    assert find(told, "voucher.created")["remaining_uses"] == left


def test_with_a_refused_order_none_is_made(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher().items() if key != "by"}
    shop.refusal("order.place", an_order(new_vouchers=[new]))
    assert ask(shop, new["code"])["code"] == "unknown_voucher"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": euro(0)}, "not_positive", "amount.amount"),
        ({"amount": None}, "gives_nothing", "percent"),
        ({"code": "TAKEN"}, "code_taken", "code"),
    ],
)
def test_one_that_cannot_be_refuses_the_order(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    create(shop, code="TAKEN")
    new = {key: value for key, value in a_voucher(**changes).items() if key != "by"}
    refused = shop.refusal("order.place", an_order(new_vouchers=[new]))
    assert (refused["code"], refused["details"]["field"]) == (code, f"new_vouchers[0].{field}")


def test_the_same_one_twice_refuses_the_order(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher().items() if key != "by"}
    assert (
        shop.refusal("order.place", an_order(new_vouchers=[new, new]))["code"] == "voucher_exists"
    )
