"""Delivery slips follow their order: the goods packed are the goods that the customer gets."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.samples import euro
from tests.orders.editing import change
from tests.orders.refunds import a_refund
from tests.orders.words import MUG, Storefront
from tests.words import changed

ELSEWHERE = changed(samples.ADDRESS, line1="1 Other Street")
FOLLOWED: list[tuple[str, dict[str, Any]]] = [
    ("order.add_lines", {"lines": [{"sku": MUG, "quantity": 3}]}),
    ("order.edit_lines", {"lines": [{"line": 1, "quantity": 4}]}),
    ("order.cancel_lines", {"lines": [{"line": 1, "quantity": 1}]}),
    ("order.change_address", {"delivery_address": ELSEWHERE}),
    ("order.change_address", {"invoice_address": ELSEWHERE}),
    ("order.change_shipping", {"carrier": "Slow Post"}),
]
WITHOUT: list[tuple[str, dict[str, Any]]] = [
    ("order.edit_lines", {"lines": [{"line": 1, "unit_price": euro(990)}]}),
    (
        "order.add_discount",
        {"discount_id": str(uuid4()), "discount_name": "Sorry", "percent": "10"},
    ),
    ("order.change_shipping", {"tracking_number": "SP-1"}),
    ("order.set_note", {"note": "Call before."}),
]


def slips(told: list[Any]) -> list[Any]:
    """The delivery slips among events."""
    return [event.data["document"] for event in told if event.name == "delivery_slip.issued"]


def packed(slip: Any) -> list[tuple[str, int]]:
    return [(line["sku"], line["quantity"]) for line in slip["lines"]]


@pytest.fixture
def packing(shop: Storefront) -> str:
    """An unpaid order of two mugs that is being packed."""
    order_id = shop.place()
    shop.move(order_id, "processing")
    return order_id


@pytest.mark.parametrize(("name", "data"), FOLLOWED)
def test_an_act_that_changes_what_is_sent_replaces_the_slip(
    shop: Storefront, packing: str, name: str, data: dict[str, Any]
) -> None:
    (slip,) = slips(change(shop, name, packing, **data))
    first, second = [
        each for each in shop.order(packing)["documents"] if each["kind"] == "delivery_slip"
    ]
    assert (first["number"], second["number"], slip["number"]) == (
        "DE000001",
        "DE000002",
        "DE000002",
    )
    assert ([each["number"] for each in slip["replaces"]], second["replaced_document_ids"]) == (
        ["DE000001"],
        [first["document_id"]],
    )
    order = shop.order(packing)
    assert packed(slip) == [(line["sku"], line["quantity"]) for line in order["lines"]]
    assert (slip["delivery_address"], slip["carrier"]) == (
        order["delivery_address"],
        order["order"]["carrier"],
    )


@pytest.mark.parametrize(("name", "data"), WITHOUT)
def test_what_is_not_on_a_slip_needs_no_other(
    shop: Storefront, packing: str, name: str, data: dict[str, Any]
) -> None:
    assert slips(change(shop, name, packing, **data)) == []


def test_what_is_refunded_before_it_is_sent_is_not_packed(shop: Storefront, packing: str) -> None:
    shop.pay(packing)
    first, second = (
        a_refund(packing, lines=[{"line": 1, "quantity": 1}], refund_shipping=False)
        for _ in range(2)
    )
    (slip,) = slips(shop.tell("refund.create", first))
    assert packed(slip) == [(MUG, 1)]
    assert slips(shop.tell("refund.create", second)) == []
    (again,) = slips(change(shop, "order.add_lines", packing, lines=[{"sku": MUG, "quantity": 5}]))
    assert (packed(again), [each["number"] for each in again["replaces"]]) == (
        [(MUG, 5)],
        ["DE000002"],
    )


def test_an_order_that_comes_back_from_cancelled_is_packed_for_where_it_goes_now(
    shop: Storefront,
) -> None:
    order_id = shop.place()
    change(shop, "order.issue_delivery_slip", order_id)
    shop.move(order_id, "cancelled")
    assert slips(change(shop, "order.change_address", order_id, delivery_address=ELSEWHERE)) == []
    told = shop.move(order_id, "shipped", force=True, reason="It goes on.", by="anna@shop.test")
    assert [slip["delivery_address"]["line1"] for slip in slips(told)] == ["1 Other Street"]


def test_after_the_goods_are_gone_only_a_command_makes_another(
    shop: Storefront, packing: str
) -> None:
    shop.move(packing, "shipped")
    sentence = "Delivery slip DE000001 is up to date; print it as it is."
    assert shop.refusal("order.issue_delivery_slip", {"order_id": packing}) == {
        "aggregate": packing,
        "code": "not_possible",
        "details": {"field": "order_id"},
        "reason": sentence,
        "sentence": sentence,
        "language": "en",
    }
    assert slips(change(shop, "order.change_address", packing, delivery_address=ELSEWHERE)) == []
    assert slips(shop.move(packing, "delivered")) == []
    (slip,) = slips(change(shop, "order.issue_delivery_slip", packing))
    assert [each["number"] for each in slip["replaces"]] == ["DE000001"]


def test_a_slip_can_be_had_before_any_state_brings_one(shop: Storefront) -> None:
    order_id = shop.place()
    (slip,) = slips(change(shop, "order.issue_delivery_slip", order_id))
    assert (slip["number"], slip["replaces"]) == ("DE000001", [])
    assert slips(shop.move(order_id, "processing")) == []
