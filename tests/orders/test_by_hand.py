"""An order by hand: agreed prices, carriers and new vouchers in a preview, payments with date and
author.
"""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from tests.orders.promotions import euro
from tests.orders.words import Storefront, a_payment
from tests.words import an_order, changed

EXEMPT = {"category": "export", "reason": "Export, Art. 146 Directive 2006/112/EC"}
CART = {
    "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
    "currency": "EUR",
    "customer_id": "c-1001",
    "delivery_country": "GB",
    "carrier": "Swift Post",
}


def price(shop: Storefront, **changes: Any) -> dict[str, Any]:
    return shop.desk.ask("cart.price", changed(CART, **changes), shop=shop.shop).data


def placed(shop: Storefront, **changes: Any) -> dict[str, Any]:
    """Place an order as an employee; return it with the preview of the same cart."""
    listed = {"shipping_price": None, "shipping_tax_rate": None}
    order = an_order(placed_by="anna@shop.test", **(listed | changes))
    shown = price(
        shop,
        **{name: order[name] for name in changes if name in ("lines", "new_vouchers", "exemption")},
    )
    told = shop.tell("order.place", order | {"total": shown["total"]})
    assert told[0].name == "order.placed", (told[0].data, shown)
    return shop.order(order["order_id"])


def test_a_line_has_the_price_that_an_employee_agreed(shop: Storefront) -> None:
    lines = [
        {"sku": "MUG-BLUE", "quantity": 2, "unit_price": euro(990)},
        {"sku": "MUG-BLUE", "quantity": 1},
    ]
    order = placed(shop, lines=lines)
    assert [line["unit_price"]["amount"] for line in order["lines"]] == [990, 1190]
    assert order["order"]["total"]["amount"] == 2 * 990 + 1190 + 490


@pytest.mark.parametrize("by", [{}, {"placed_by": "customer"}])
def test_a_customer_pays_what_the_catalogue_says(shop: Storefront, by: dict[str, str]) -> None:
    lines = [{"sku": "MUG-BLUE", "quantity": 2, "unit_price": euro(1)}]
    refused = shop.refusal("order.place", an_order(lines=lines, total__amount=492) | by)
    assert (refused["code"], refused["details"]["field"]) == (
        "price_by_customer",
        "lines[0].unit_price",
    )


def test_a_carrier_costs_what_the_list_says(shop: Storefront) -> None:
    order = placed(shop)
    assert (order["shipping"]["amount"], order["shipping_tax"]["tax_rate"]) == (490, "19")
    free = placed(shop, exemption=EXEMPT)
    assert (free["shipping"]["amount"], free["shipping_tax"]["tax_rate"]) == (412, "0")
    assert free["order"]["total"]["amount"] == 2 * 1000 + 412


@pytest.mark.parametrize(
    ("carrier", "more", "code", "field"),
    [
        ("Nobody", {}, "unknown_carrier", "carrier"),
        ("At home", {}, "not_delivered_there", "carrier"),
        ("Swift Post", {"prices": "tax_excluded"}, "no_carrier_price", "shipping_price"),
    ],
)
def test_a_carrier_without_a_price_is_refused(
    shop: Storefront, carrier: str, more: dict[str, Any], code: str, field: str
) -> None:
    home = samples.CARRIER | {"name": "At home", "countries": ["DE"]}
    shop.tell("shop.put", {"carriers": [samples.CARRIER, home]})
    refused = shop.refusal("order.place", an_order(carrier=carrier, shipping_price=None, **more))
    assert (refused["code"], refused["details"]["field"]) == (code, field)
    asked = price(shop, carrier=carrier, **more)
    assert (asked["code"], asked["details"]["field"]) == (code, field)
    assert "code" not in price(shop, carrier=carrier, shipping_price=euro(300), **more)


def test_a_preview_knows_the_vouchers_that_are_made_with_the_order(shop: Storefront) -> None:
    voucher = {"voucher_id": str(uuid4()), "names": {"en": "For the delay"}, "percent": "10"}
    shown = price(shop, new_vouchers=[voucher])
    assert (shown["total"], shown["rejected"]) == (euro(2380 - 238 + 490), [])
    order = placed(shop, new_vouchers=[voucher])
    assert order["order"]["total"] == shown["total"]
    assert price(shop, new_vouchers=[voucher])["code"] == "voucher_exists"
    both = [voucher | {"voucher_id": str(uuid4())}] * 2
    assert price(shop, new_vouchers=both)["code"] == "voucher_exists"
    same_code = [voucher | {"voucher_id": str(uuid4()), "code": "TWICE"} for _ in range(2)]
    assert price(shop, new_vouchers=same_code)["code"] == "code_taken"
    assert (
        price(shop, new_vouchers=[{**both[0], "percent": None}])["details"]["field"]
        == "new_vouchers[0].percent"
    )


def test_payments_say_when_they_came_and_who_recorded_them(shop: Storefront) -> None:
    order_id = shop.place()
    shop.tell(
        "payment.record", a_payment(order_id, 1000, by="anna@shop.test", payment__at=samples.NOON)
    )
    told = shop.tell("payment.record", a_payment(order_id, 500, by="ben@shop.test"))
    shop.move(order_id, "payment_accepted", by="cleo@shop.test")
    payments = shop.order(order_id)["payments"]
    assert [each["by"] for each in payments] == [
        "anna@shop.test",
        "ben@shop.test",
        "cleo@shop.test",
    ]
    assert [payments[0]["at"], payments[1]["at"]] == [samples.NOON, told[0].data["payment"]["at"]]
    assert all(each["at"] for each in payments)
