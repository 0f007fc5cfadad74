"""Discounts that an employee gives; how the order travels."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.orders.domain.order import Order
from services.orders.domain.order_views import discount_views
from shared.contracts.samples import euro
from tests.orders.editing import (
    done,
    issued,
    refused,
    try_to_add,
    try_to_discount,
    try_to_ship_by,
    try_to_undo_discount,
)
from tests.orders.refunds import a_paid_order, a_shipped_order, refund
from tests.orders.words import TEA, Numbers, a_placed_order, move

PLACED = a_placed_order()
PAID = a_paid_order()
WITH_TEA = done(try_to_add(PLACED, {"sku": TEA, "quantity": 2})).order


def offs(order: Order) -> list[int]:
    """Return the discount of each line and of the shipping."""
    return [charge.off for charge in order.charges.values()]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"percent": "10"}, [238, 90, 0]),
        ({"amount": euro(100)}, [73, 27, 0]),
        ({"free_shipping": True}, [0, 0, 490]),
        ({"percent": "100"}, [2380, 900, 0]),
    ],
)
def test_a_discount_is_taken_off_in_proportion(terms: dict[str, Any], expected: list[int]) -> None:
    order = done(try_to_discount(WITH_TEA, **terms)).order
    assert offs(order) == expected
    assert order.amount.gross == WITH_TEA.amount.gross - sum(expected)


def test_a_second_percentage_is_of_what_the_first_left() -> None:
    order = done(
        try_to_discount(done(try_to_discount(PLACED, percent="50")).order, percent="50")
    ).order
    assert offs(order) == [1190 + 595, 0]


def test_a_discount_that_is_taken_back_leaves_the_order_as_it_was() -> None:
    given = done(try_to_discount(WITH_TEA, percent="33.3"))
    taken = done(try_to_undo_discount(given.order))
    assert taken.order.amount == WITH_TEA.amount
    assert [
        (each.events[0].removed, each.events[0].discount.off.amount)  # type: ignore[attr-defined]
        for each in (given, taken)
    ] == [(False, 1092), (True, 1092)]
    assert not discount_views(taken.order)
    assert refused(try_to_undo_discount(taken.order)) == ("unknown_discount", "discount_id")


def test_after_the_invoice_a_discount_stands_on_a_credit_slip_under_its_name() -> None:
    (slip,) = issued(done(try_to_discount(PAID, amount=euro(100))).events)
    assert (slip.kind, slip.corrects, slip.reason, slip.gross.amount) == (
        "credit_slip",
        "IN000001",
        "Sorry",
        100,
    )
    assert [(line.quantity, line.gross.amount) for line in slip.lines] == [(0, 100)]


def test_a_discount_on_one_invoice_leaves_the_others() -> None:
    numbers = Numbers()
    numbers("invoice")
    order = done(try_to_add(PAID, {"sku": TEA, "quantity": 2}, numbers=numbers)).order
    first, second = order.issued("invoice")
    found = done(try_to_discount(order, numbers, percent="10", invoice_id=second.document_id))
    assert offs(found.order) == [0, 90, 0]
    assert [slip.corrects for slip in issued(found.events)] == ["IN000002"]
    assert (
        refused(try_to_discount(order, free_shipping=True, invoice_id=second.document_id))[0]
        == "takes_nothing_off"
    )
    assert offs(
        done(try_to_discount(order, free_shipping=True, invoice_id=first.document_id)).order
    ) == [0, 0, 490]


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({}, "one_kind", "percent"),
        ({"percent": "10", "amount": euro(5)}, "one_kind", "percent"),
        ({"amount": euro(5), "free_shipping": True}, "one_kind", "percent"),
        ({"amount": euro(2381)}, "too_much", "amount"),
        ({"percent": "0.0001"}, "takes_nothing_off", "percent"),
        ({"percent": "10", "invoice_id": UUID(int=7)}, "unknown_invoice", "invoice_id"),
    ],
)
def test_a_discount_that_cannot_be_is_refused(terms: dict[str, Any], code: str, field: str) -> None:
    assert refused(try_to_discount(PLACED, **terms)) == (code, field)


def test_a_discount_is_given_once_and_before_shipping() -> None:
    discount_id = uuid4()
    order = done(try_to_discount(PLACED, percent="10", discount_id=discount_id)).order
    assert refused(try_to_discount(order, percent="10", discount_id=discount_id)) == (
        "already_given",
        "discount_id",
    )
    shipped = move(move(move(order, "payment_accepted").order, "processing").order, "shipped").order
    assert refused(try_to_discount(shipped, percent="10")) == ("not_possible", "order_id")
    assert refused(try_to_undo_discount(shipped)) == ("not_possible", "order_id")


def test_what_was_refunded_keeps_its_discount() -> None:
    order = refund(
        done(try_to_discount(PAID, percent="10")).order,
        "partial",
        lines=[{"line": 1, "quantity": 1}],
    ).order
    assert refused(try_to_undo_discount(order)) == ("discount_refunded", "discount_id")


# --- shipping -------------------------------------------------------------------------------------


def test_another_carrier_at_another_price_is_invoiced_by_the_difference() -> None:
    dearer = done(
        try_to_ship_by(PAID, carrier="Slow Post", shipping_price=euro(690), shipping_tax_rate=None)
    )
    (invoice,) = issued(dearer.events)
    assert (dearer.order.carrier, dearer.order.due) == ("Slow Post", 200)
    assert (invoice.kind, invoice.lines, invoice.shipping_tax.gross.amount) == ("invoice", [], 200)
    (slip,) = issued(done(try_to_ship_by(PAID, shipping_price=euro(0))).events)
    assert (slip.kind, slip.shipping_tax.gross.amount) == ("credit_slip", 490)


def test_another_rate_takes_the_shipping_back_and_invoices_it_anew() -> None:
    slip, invoice = issued(done(try_to_ship_by(PAID, shipping_tax_rate="7")).events)
    assert [(str(each.shipping_tax.tax_rate), each.gross.amount) for each in (slip, invoice)] == [
        ("19", 490),
        ("7", 490),
    ]


def test_free_shipping_stays_free() -> None:
    order = done(try_to_discount(PLACED, free_shipping=True)).order
    assert done(try_to_ship_by(order, shipping_price=euro(2000))).order.amount == order.amount


def test_the_carrier_is_fixed_once_the_order_is_shipped_but_not_the_tracking_number() -> None:
    shipped = a_shipped_order()
    for terms in (
        {"carrier": "Slow Post"},
        {"shipping_price": euro(1)},
        {"shipping_tax_rate": "7"},
    ):
        assert refused(try_to_ship_by(shipped, **terms)) == ("carrier_fixed", next(iter(terms)))
    tracked = done(try_to_ship_by(shipped, tracking_number="SP-1", carrier="Swift Post"))
    (event,) = tracked.events
    assert (event.tracking_number, event.tracking_number_before, event.shipped) == (  # type: ignore[attr-defined]
        "SP-1",
        "",
        True,
    )


def test_a_shipping_that_was_refunded_keeps_its_price() -> None:
    order = refund(PAID, "partial", lines=[], shipping_amount=euro(100)).order
    assert refused(try_to_ship_by(order, shipping_price=euro(0))) == (
        "shipping_refunded",
        "shipping_price",
    )
    assert refused(try_to_discount(order, free_shipping=True)) == (
        "shipping_refunded",
        "free_shipping",
    )
    assert done(try_to_ship_by(order, carrier="Slow Post")).order.carrier == "Slow Post"


def test_shipping_as_it_is_already_is_refused() -> None:
    assert refused(try_to_ship_by(PLACED, shipping_price=euro(490))) == (
        "nothing_changes",
        "order_id",
    )
