"""An invoice is issued anew: with the company's name, the VAT number or the note that were
missing.
"""

from typing import Any

import pytest

from shared.contracts import samples
from tests.orders.editing import change
from tests.orders.refunds import a_refund
from tests.orders.words import MUG, Storefront, names
from tests.words import changed

COMPANY = samples.ADDRESS | {"company": "Analytical Engines Ltd", "vat_number": "GB123456789"}


def documents(told: list[Any]) -> list[Any]:
    return [event.data["document"] for event in told if event.name.endswith(".issued")]


@pytest.fixture
def paid(shop: Storefront) -> str:
    """An order of two mugs, paid and invoiced."""
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    return order_id


def test_a_credit_slip_cancels_the_invoice_and_another_takes_its_place(
    shop: Storefront, paid: str
) -> None:
    told = change(
        shop,
        "order.correct_invoice",
        paid,
        invoice_address=COMPANY,
        note="PO-7",
        reason="The company was missing.",
    )
    assert names(told) == [
        "order.address_changed",
        "order.invoice_corrected",
        "credit_slip.issued",
        "invoice.issued",
        "customer.changed",
    ]
    corrected, slip, invoice = told[1].data, *documents(told)
    assert (slip["number"], slip["corrects"], slip["replaced_by"]) == (
        "CR000001",
        "IN000001",
        "IN000002",
    )
    assert (slip["reason"], slip["invoice_address"]["company"]) == ("The company was missing.", "")
    assert (invoice["number"], [each["number"] for each in invoice["replaces"]]) == (
        "IN000002",
        ["IN000001"],
    )
    assert (invoice["invoice_address"]["company"], invoice["note"]) == (
        "Analytical Engines Ltd",
        "PO-7",
    )
    assert (invoice["gross"], invoice["corrected"], invoice["due"]) == (
        slip["gross"],
        [],
        samples.euro(0),
    )
    assert [corrected[name]["number"] for name in ("credit_slip", "invoice")] == [
        "CR000001",
        "IN000002",
    ]
    listed = [
        (each["number"], len(each["replaced_document_ids"]))
        for each in shop.order(paid)["documents"]
    ]
    assert listed == [("IN000001", 0), ("CR000001", 0), ("IN000002", 1)]


def test_an_address_that_was_changed_before_comes_on_it_without_being_named(
    shop: Storefront, paid: str
) -> None:
    change(shop, "order.change_address", paid, invoice_address=COMPANY)
    told = change(shop, "order.correct_invoice", paid)
    assert names(told) == ["order.invoice_corrected", "credit_slip.issued", "invoice.issued"]
    assert documents(told)[1]["invoice_address"]["vat_number"] == "GB123456789"


def test_all_invoices_become_one_and_what_comes_later_corrects_that(
    shop: Storefront, paid: str
) -> None:
    change(shop, "order.add_lines", paid, lines=[{"sku": MUG, "quantity": 1}])
    slip, invoice = documents(change(shop, "order.correct_invoice", paid))
    assert (slip["corrects"], slip["corrects_issued_at"]) == ("IN000001, IN000002", None)
    assert (invoice["number"], invoice["gross"]["amount"], len(invoice["lines"])) == (
        "IN000003",
        2870 + 1190,
        2,
    )
    (refunded,) = documents(
        shop.tell("refund.create", a_refund(paid, lines=[{"line": 2, "quantity": 1}]))
    )
    assert (refunded["corrects"], refunded["gross"]["amount"]) == ("IN000003", 1190 + 490)
    edited, *_ = documents(
        change(shop, "order.edit_lines", paid, lines=[{"line": 1, "quantity": 1}])
    )
    assert edited["corrects"] == "IN000003"


def test_what_was_credited_before_is_not_invoiced_anew(shop: Storefront, paid: str) -> None:
    shop.tell("refund.create", a_refund(paid, lines=[{"line": 1, "quantity": 1}]))
    slip, invoice = documents(change(shop, "order.correct_invoice", paid))
    assert [each["gross"]["amount"] for each in (slip, invoice)] == [1190, 1190]
    assert [payment["amount"]["amount"] for payment in invoice["payments"]] == [2870, -1680]
    shop.tell(
        "refund.create", a_refund(paid, lines=[{"line": 1, "quantity": 1}], refund_shipping=False)
    )
    refused = shop.refusal("order.correct_invoice", {"order_id": paid})
    assert (refused["code"], refused["reason"]) == (
        "nothing_invoiced",
        "All invoices of this order are credited already.",
    )


def test_a_discount_of_an_invoice_is_one_of_the_invoice_in_its_place(
    shop: Storefront, paid: str
) -> None:
    (first,) = shop.order(paid)["documents"]
    given = {"discount_id": samples.MESSAGE_ID, "discount_name": "Sorry", "percent": "10"}
    change(shop, "order.add_discount", paid, invoice_id=first["document_id"], **given)
    _, invoice = documents(change(shop, "order.correct_invoice", paid))
    assert invoice["gross"]["amount"] == 2870 - 238
    (discount,) = shop.order(paid)["order"]["discounts"]
    assert discount["invoice_id"] == invoice["document_id"]
    told = change(shop, "order.remove_discount", paid, discount_id=samples.MESSAGE_ID)
    assert documents(told)[0]["corrects"] == invoice["number"]


def test_another_invoice_address_is_on_the_next_delivery_slip_too(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "processing")
    told = change(shop, "order.correct_invoice", order_id, invoice_address=COMPANY)
    assert [each["kind"] for each in documents(told)] == ["credit_slip", "invoice", "delivery_slip"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (None, "No invoice was issued yet."),
        ("cancelled", "The order released its stock."),
    ],
)
def test_there_must_be_an_invoice_that_counts(
    shop: Storefront, state: str | None, reason: str
) -> None:
    order_id = shop.place()
    if state:
        change(shop, "order.issue_invoice", order_id)
        shop.move(order_id, state)
    refused = shop.refusal("order.correct_invoice", {"order_id": order_id})
    assert (refused["code"], refused["reason"]) == ("not_possible", reason)


def test_an_exempt_order_has_another_buyer_only_if_somebody_looked(shop: Storefront) -> None:
    exempt = {"category": "reverse_charge", "reason": "Reverse charge."}
    wanted = {
        "exemption": exempt,
        "total__amount": 2490,
        "invoice_address": COMPANY,
        "shipping_tax_rate": "0",
    }
    order_id = shop.place(**wanted)
    change(shop, "order.issue_invoice", order_id)
    other = {"invoice_address": changed(COMPANY, vat_number="GB987654321")}
    refused = shop.refusal("order.correct_invoice", {"order_id": order_id, **other})
    assert (refused["code"], refused["details"]["field"]) == ("taxes_may_differ", "taxes_checked")
    told = change(shop, "order.correct_invoice", order_id, taxes_checked=True, **other)
    assert documents(told)[1]["invoice_address"]["vat_number"] == "GB987654321"


def test_after_the_invoice_its_note_is_refused_with_what_to_do(shop: Storefront, paid: str) -> None:
    refused = shop.refusal("order.set_invoice_note", {"order_id": paid, "note": "PO-7"})
    assert (refused["code"], refused["reason"]) == (
        "invoice_issued",
        (
            "Invoice IN000001 was issued and stays as it is: 'order.correct_invoice' issues it anew"
            " with another note."
        ),
    )
