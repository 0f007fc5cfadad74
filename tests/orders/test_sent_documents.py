"""Documents of an order are mailed: those that a change brings, and those that an employee
sends.
"""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.samples import euro
from tests.orders.editing import change
from tests.orders.words import MUG, Storefront


@pytest.fixture
def paid(shop: Storefront) -> str:
    """An order of two mugs, paid and invoiced."""
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    return order_id


@pytest.mark.parametrize(
    ("name", "data", "brought"),
    [
        ("order.add_lines", {"lines": [{"sku": MUG, "quantity": 1}]}, ["IN000002"]),
        (
            "order.edit_lines",
            {"lines": [{"line": 1, "unit_price": euro(990)}]},
            ["CR000001", "IN000002"],
        ),
        (
            "order.add_discount",
            {"discount_id": str(uuid4()), "discount_name": "Sorry", "percent": "10"},
            ["CR000001"],
        ),
        ("order.change_shipping", {"shipping_price": euro(590)}, ["IN000002"]),
        ("order.change_shipping", {"tracking_number": "SP-1"}, []),
    ],
)
def test_a_change_names_the_documents_that_the_customer_gets(
    shop: Storefront, paid: str, name: str, data: dict[str, Any], brought: list[str]
) -> None:
    told, *_ = change(shop, name, paid, **data)
    assert [each["number"] for each in told.data["attach"]] == brought


def test_before_the_first_invoice_a_change_brings_no_document(shop: Storefront) -> None:
    told, *_ = change(shop, "order.add_lines", shop.place(), lines=[{"sku": MUG, "quantity": 1}])
    assert told.data["attach"] == []


def test_a_document_is_sent_again_to_the_customer_or_to_somebody_else(
    shop: Storefront, paid: str
) -> None:
    (invoice,) = shop.order(paid)["documents"]
    (told,) = change(shop, "order.send_documents", paid, document_ids=[invoice["document_id"]])
    assert (told.data["to"], told.data["to_name"], told.data["language"]) == (
        "ada@example.test",
        "Ada Byron",
        "en",
    )
    assert [each["number"] for each in told.data["attach"]] == ["IN000001"]
    other = {"to": "books@example.test", "language": "de", "text": "Zur Ablage."}
    (told,) = change(
        shop, "order.send_documents", paid, document_ids=[invoice["document_id"]], **other
    )
    assert {name: told.data[name] for name in other} == other
    assert told.data["to_name"] == ""


@pytest.mark.parametrize(
    ("documents", "more", "code", "field"),
    [
        ([samples.MESSAGE_ID], {}, "unknown_document", "document_ids[0]"),
        ([None, samples.MESSAGE_ID], {}, "unknown_document", "document_ids[1]"),
        ([None, None], {}, "document_twice", "document_ids[1]"),
        ([None], {"to_name": "Books & Co"}, "name_without_address", "to_name"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    shop: Storefront, paid: str, documents: list[Any], more: dict[str, Any], code: str, field: str
) -> None:
    (invoice,) = shop.order(paid)["documents"]
    wanted = [document or invoice["document_id"] for document in documents]
    refused = shop.refusal(
        "order.send_documents", {"order_id": paid, "document_ids": wanted, **more}
    )
    assert (refused["code"], refused["details"]["field"]) == (code, field)
