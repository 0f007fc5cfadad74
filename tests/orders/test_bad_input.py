"""Data that is right by the contract and cannot be carried out: it is refused with a code, a
sentence and the field.
"""

from typing import Any

import pytest

from shared.contracts import samples
from tests.orders.words import Storefront, a_payment
from tests.words import ServiceHarness, an_order, changed

GOOD_STATE = samples.PUT_STATE | {"when_short": "backorder_paid", "when_paid": "payment_accepted"}


def test_a_state_that_is_no_nonsense_but_null_is_as_if_it_were_not_there(shop: Storefront) -> None:
    nothing = dict.fromkeys(("mail_template", "next_states", "when_short", "when_paid"))
    assert shop.tell("state.put", GOOD_STATE | nothing)[0].data["next_states"] is None


def test_a_new_shop_needs_a_profile(orders: ServiceHarness) -> None:
    found = Storefront(orders, "brand-new").refusal("shop.put", {"accepts_returns": True})
    assert (found["code"], found["details"]["field"]) == ("profile_missing", "profile")


@pytest.mark.parametrize("field", ["carriers", "payment_methods"])
def test_a_list_that_names_one_twice_is_refused(shop: Storefront, field: str) -> None:
    found = shop.refusal("shop.put", {field: samples.PUT_SHOP[field] * 2})
    assert (found["code"], found["details"]["field"]) == ("named_twice", f"{field}[1].name")


def test_a_negative_price_is_refused(shop: Storefront) -> None:
    found = shop.refusal("product.put", changed(samples.PUT_PRODUCT, price__amount=-1))
    assert (found["code"], found["details"]["field"]) == ("negative_price", "price.amount")


def test_the_stock_of_an_unknown_product_is_refused(shop: Storefront) -> None:
    found = shop.refusal("stock.set", {"sku": "NOTHING", "quantity": 1})
    assert (found["code"], found["details"]["field"]) == ("unknown_product", "sku")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": [{"sku": "NOTHING", "quantity": 1}]}, "unknown_product", "lines[0].sku"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": 101}]}, "out_of_stock", "lines[0].quantity"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": 51}] * 2}, "out_of_stock", "lines[0].quantity"),
        ({"currency": "USD"}, "wrong_currency", "currency"),
        ({"total__amount": 2871}, "total_differs", "total"),
        ({"initial_state": "dreaming"}, "unknown_state", "initial_state"),
        ({"initial_state": "cancelled"}, "not_an_initial_state", "initial_state"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("order.place", an_order(**changes))
    assert (found["code"], found["details"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"payment__amount__amount": 0}, "not_positive", "payment.amount.amount"),
        ({"payment__amount__amount": -5}, "not_positive", "payment.amount.amount"),
        ({"payment__amount__currency": "USD"}, "wrong_currency", "payment.amount.currency"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("payment.record", a_payment(shop.place(), **changes))
    assert (found["code"], found["details"]["field"]) == (code, field)


def test_payments_beyond_what_can_be_told_are_refused(shop: Storefront) -> None:
    order_id = shop.place()
    shop.pay(order_id, 2**53 - 1)
    found = shop.refusal("payment.record", a_payment(order_id, 1))
    assert (found["code"], found["details"]["field"]) == (
        "payment_too_large",
        "payment.amount.amount",
    )


@pytest.mark.parametrize(
    ("to", "code", "field"),
    [
        ({"to": "delivered"}, "move_not_possible", "to"),
        ({"to": "dreaming"}, "unknown_state", "to"),
        ({"to": "delivered", "force": True, "by": "anna"}, "reason_missing", "reason"),
        ({"to": "delivered", "force": True, "reason": "I want it"}, "not_privileged", "by"),
        (
            {"to": "delivered", "force": True, "reason": "I want it", "by": "customer"},
            "not_privileged",
            "by",
        ),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    shop: Storefront, to: dict[str, Any], code: str, field: str
) -> None:
    found = shop.refusal("order.transition", {"order_id": shop.place(), **to})
    assert (found["code"], found["details"]["field"]) == (code, field)
