"""An issued document: its number, and a snapshot that says everything that will ever be printed on
it.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import issue, issue_part
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from shared.contracts import samples
from shared.contracts.orders import PaymentMethod
from shared.contracts.samples import euro
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.words import MUG, NOON, TEA, a_placed_order, a_product, move, pay

COMPANY = {**samples.ADDRESS, "name": "Byron & Co", "vat_number": "GB123456789"}


def an_invoice(order: Order, number: str = "IN000001") -> DocumentSnapshot:
    event: Any = issue(order, "invoice", number, NOON).event
    document: DocumentSnapshot = event.document
    return document


def two_rates() -> Order:
    """Two mugs at 19 and three teas at 7 percent, shipping at 19: 55.67 euro."""
    lines = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 3}]
    tea = a_product(TEA, 899, "7", en="Green tea")
    return a_placed_order(
        a_product(), tea, lines=lines, total__amount=5567, invoice_address=COMPANY
    )


def test_a_document_says_who_sold_what_to_whom() -> None:
    order = two_rates()
    document = an_invoice(order)
    assert document.shop == order.shop.profile
    assert document.customer == order.customer
    assert document.invoice_address.model_dump()["vat_number"] == "GB123456789"
    assert document.delivery_address == order.delivery_address
    assert (document.order_id, document.order_reference) == (order.order_id, order.reference)
    assert (document.ordered_at, document.issued_at, document.language) == (
        order.placed_at,
        NOON,
        "en",
    )
    assert (document.carrier, document.payment_method) == ("Swift Post", "Bank wire")


def test_a_line_is_printed_with_its_quantity_its_rate_and_its_prices() -> None:
    line = an_invoice(two_rates()).lines[0]
    assert (line.sku, line.name, line.quantity, str(line.tax_rate)) == (MUG, "Mug, blue", 2, "19")
    amounts = [
        getattr(line, side).amount for side in ("unit_net", "unit_gross", "net", "tax", "gross")
    ]
    assert amounts == [1000, 1190, 2000, 380, 2380]


def test_the_tax_table_has_a_row_per_rate_and_shipping_is_in_it() -> None:
    rows = [
        (str(row.tax_rate), row.net.amount, row.tax.amount, row.gross.amount)
        for row in an_invoice(two_rates()).taxes
    ]
    assert rows == [("19", 2412, 458, 2870), ("7", 2521, 176, 2697)]


def test_the_totals_are_those_of_the_order() -> None:
    document = an_invoice(two_rates())
    assert [document.net.amount, document.tax.amount, document.gross.amount] == [4933, 634, 5567]


def test_shipping_stands_apart() -> None:
    shipping = an_invoice(two_rates()).shipping_tax
    assert str(shipping.tax_rate) == "19"
    assert [shipping.net.amount, shipping.tax.amount, shipping.gross.amount] == [412, 78, 490]


def test_a_rate_that_nothing_was_paid_at_has_no_row() -> None:
    document = an_invoice(
        a_placed_order(
            carrier="Pick up", shipping_price=euro(0), shipping_tax_rate="7", total__amount=2380
        )
    )
    assert [row.tax_rate for row in document.taxes] == [19]


def test_all_amounts_are_in_the_currency_of_the_order() -> None:
    order = a_placed_order(
        a_product(price=100_000, currency="IRR"),
        currency="IRR",
        prices="tax_excluded",
        shipping_price={"amount": 490, "currency": "IRR"},
        total={"amount": 238_583, "currency": "IRR"},
    )
    text = an_invoice(order).model_dump_json()
    assert '"currency":"IRR"' in text
    assert "EUR" not in text


def test_the_invoice_of_a_paid_state_shows_the_payment_that_it_brought() -> None:
    moved = move(pay(a_placed_order(), 1000), "payment_accepted")
    told: Any = next(event for event in moved.events if event.name == "invoice.issued")
    assert [payment.amount.amount for payment in told.document.payments] == [1000, 1870]


def test_a_number_is_printed_as_it_was_given() -> None:
    assert an_invoice(a_placed_order(), "2026/IN-7").number == "2026/IN-7"


def test_a_documents_id_follows_from_order_kind_and_number() -> None:
    order = a_placed_order()
    assert an_invoice(order).document_id == an_invoice(order).document_id
    different = {
        an_invoice(order, "IN000002").document_id,
        an_invoice(a_placed_order()).document_id,
        issue(order, "delivery_slip", "IN000001", NOON).reference.document_id,
    }
    assert len(different | {an_invoice(order).document_id}) == 4


def test_the_reference_names_the_document_that_the_event_carries() -> None:
    issued = issue(a_placed_order(), "delivery_slip", "DE000007", NOON)
    event: Any = issued.event
    assert (issued.reference.document_id, issued.reference.number) == (
        event.document.document_id,
        "DE000007",
    )
    assert (event.name, event.document.kind) == ("delivery_slip.issued", "delivery_slip")


def test_a_document_does_not_change_with_the_order() -> None:
    order = a_placed_order()
    document = an_invoice(order)
    before = document.model_dump_json()
    moved = replace(order, carrier="Other", tracking_number="T1", state="shipped")
    assert document.model_dump_json() == before != an_invoice(moved).model_dump_json()


def test_a_tax_table_leaves_out_only_what_is_nothing() -> None:
    order = a_placed_order()
    part = DocumentPart(((1, 0, Amount(1, -1)),), Amount())
    document = issue_part(order, "credit_slip", "CR1", NOON, part).event.document  # type: ignore[attr-defined]
    assert [(row.net.amount, row.tax.amount, row.gross.amount) for row in document.taxes] == [
        (1, -1, 0)
    ]
    nothing = issue_part(order, "credit_slip", "CR2", NOON, DocumentPart((), Amount())).event
    assert nothing.document.taxes == []  # type: ignore[attr-defined]


def test_a_rate_that_a_free_line_bears_has_a_row() -> None:
    """E-invoices need one for each rate of a line (BR-S-01)."""
    lines = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 1}]
    gift = a_product(TEA, 0, "7", en="Sample of tea")
    document = an_invoice(a_placed_order(a_product(), gift, lines=lines))
    assert [(str(row.tax_rate), row.gross.amount) for row in document.taxes] == [
        ("19", 2870),
        ("7", 0),
    ]


def of_a_shop(**profile: Any) -> Order:
    """An order of a shop with these in its profile."""
    order = a_placed_order()
    return replace(
        order, shop=replace(order.shop, profile=order.shop.profile.model_copy(update=profile))
    )


def test_an_invoice_that_is_not_paid_names_the_last_day_for_it() -> None:
    """Fourteen days after 21 November are over when 6 December begins in Berlin."""
    order = of_a_shop(payment_days=14)
    assert an_invoice(order).pay_until == datetime(2026, 12, 5, 23, tzinfo=UTC)
    assert an_invoice(pay(order, 2870)).pay_until is None
    assert an_invoice(of_a_shop(payment_days=None)).pay_until is None


def test_the_date_of_supply_is_when_the_goods_were_sent() -> None:
    order = a_placed_order()
    assert an_invoice(order).supplied_at is None
    shipped = replace(move(move(order, "processing").order, "shipped").order, documents=())
    assert an_invoice(shipped).supplied_at == NOON
    assert move(shipped, "delivered").order.shipped_at == NOON


def test_a_shop_may_send_its_goods_with_their_invoice() -> None:
    assert an_invoice(of_a_shop(supply_date="issued")).supplied_at == NOON


def test_an_invoice_says_by_what_means_it_is_paid() -> None:
    order = a_placed_order(payment_method="Card")
    card = PaymentMethod(name="Card", means="68")
    assert an_invoice(order).payment_means == ""
    assert (
        an_invoice(replace(order, shop=replace(order.shop, payment_methods=(card,)))).payment_means
        == "68"
    )
    cash = PaymentMethod(name="Card", cash=True)
    assert (
        an_invoice(replace(order, shop=replace(order.shop, payment_methods=(cash,)))).payment_means
        == "10"
    )


@pytest.mark.parametrize(
    ("how", "by_transfer"),
    [
        ({}, True),
        ({"cash": True}, False),  # at the door
        ({"means": "68"}, False),  # a payment service
        ({"refundable": True}, False),  # a system that can be asked for the money
        ({"transfer": False}, False),
        ({"means": "57", "transfer": True}, True),
    ],
)
def test_an_invoice_says_whether_a_transfer_is_expected(how: Any, by_transfer: bool) -> None:
    order = a_placed_order(payment_method="Method")
    assert an_invoice(order).by_transfer  # a method that the shop says nothing of
    shop = replace(order.shop, payment_methods=(PaymentMethod(name="Method", **how),))
    assert an_invoice(replace(order, shop=shop)).by_transfer == by_transfer
