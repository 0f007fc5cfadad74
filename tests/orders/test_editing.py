"""Products of a placed order are added, edited and cancelled."""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.order import Order
from services.orders.domain.refunding import Refunded
from shared.contracts.samples import euro
from tests.orders.editing import (
    done,
    issued,
    refused,
    try_to_add,
    try_to_cancel,
    try_to_discount,
    try_to_edit,
)
from tests.orders.refunds import a_paid_order, a_shipped_order, refund
from tests.orders.words import MUG, SHOP, TEA, Numbers, a_placed_order, a_product, move, pay

PLACED = a_placed_order()
PAID = a_paid_order()
TWO_TEAS = {"sku": TEA, "quantity": 2}
LATE = replace(PLACED, shop=replace(SHOP, backorders=True))


def shown(order: Order) -> list[tuple[int, str, int, int]]:
    """Number, product, pieces and price of each line that is shown."""
    return [
        (number, line.sku, line.charge.quantity, line.charge.price)
        for number, line in order.numbered_lines
    ]


def test_an_added_product_costs_what_the_catalogue_says() -> None:
    edited = done(try_to_add(PLACED, TWO_TEAS))
    assert shown(edited.order) == [(1, MUG, 2, 1190), (2, TEA, 2, 450)]
    assert edited.order.amount.gross == 2870 + 900


def test_or_what_the_employee_says() -> None:
    edited = done(
        try_to_add(
            PLACED,
            TWO_TEAS | {"unit_price": euro(0)},
            {"sku": MUG, "quantity": 1, "unit_price": euro(990)},
        )
    )
    assert shown(edited.order)[1:] == [(2, TEA, 2, 0), (3, MUG, 1, 990)]


def test_a_line_of_no_pieces_disappears_and_the_others_keep_their_numbers() -> None:
    order = done(try_to_add(PLACED, TWO_TEAS)).order
    edited = done(try_to_edit(order, {"line": 1, "quantity": 0}))
    (event,) = edited.events
    assert [(each.line, each.sku) for each in event.lines] == [(2, TEA)]  # type: ignore[attr-defined]
    assert edited.order.amount.gross == 900 + 490
    assert refused(try_to_edit(edited.order, {"line": 1, "quantity": 1})) == (
        "unknown_line",
        "lines[0].line",
    )


def test_the_event_says_what_each_line_was_and_is() -> None:
    order = done(try_to_add(PLACED, TWO_TEAS)).order
    (event,) = done(try_to_edit(order, {"line": 2, "quantity": 3, "unit_price": euro(400)})).events
    (change,) = event.changes  # type: ignore[attr-defined]
    assert (change.line, change.quantity_before, change.quantity) == (2, 2, 3)
    assert (change.unit_price_before.amount, change.unit_price.amount) == (450, 400)


# --- stock ----------------------------------------------------------------------------------------


def test_never_more_than_there_is_can_be_added() -> None:
    assert refused(try_to_add(PLACED, TWO_TEAS, left=1)) == ("out_of_stock", "lines[0].quantity")
    assert refused(try_to_add(PLACED, TWO_TEAS, TWO_TEAS, left=3)) == (
        "out_of_stock",
        "lines[1].quantity",
    )
    assert done(try_to_add(PLACED, TWO_TEAS, left=2)).order.held[TEA] == 2


def test_never_more_than_there_is_can_be_edited_into_it() -> None:
    assert refused(try_to_edit(PLACED, {"line": 1, "quantity": 5}, left=2)) == (
        "out_of_stock",
        "lines[0].quantity",
    )
    assert done(try_to_edit(PLACED, {"line": 1, "quantity": 4}, left=2)).order.held == {MUG: 4}


def test_what_one_line_gives_up_another_can_take() -> None:
    order = done(try_to_add(PLACED, {"sku": MUG, "quantity": 1})).order
    swapped = done(
        try_to_edit(order, {"line": 1, "quantity": 1}, {"line": 2, "quantity": 2}, left=0)
    ).order
    assert swapped.held == order.held == {MUG: 3}


def test_a_shop_may_let_an_order_wait_for_what_is_added() -> None:
    edited = done(try_to_add(LATE, TWO_TEAS, left=1)).order
    assert (edited.lacking, edited.held[TEA]) == ({TEA: 1}, 1)


def test_what_is_missing_is_given_up_first() -> None:
    waiting = done(try_to_add(LATE, TWO_TEAS, left=1)).order
    fewer = done(try_to_edit(waiting, {"line": 2, "quantity": 1}, left=0)).order
    assert (fewer.lacking, fewer.held[TEA]) == ({}, 1)


# --- after the invoice ----------------------------------------------------------------------------


def test_before_the_invoice_no_document_is_issued() -> None:
    edited = done(try_to_add(PLACED, TWO_TEAS))
    assert not issued(edited.events)
    (invoice,) = issued(move(edited.order, "payment_accepted").events)
    assert [line.sku for line in invoice.lines] == [MUG, TEA]


def test_what_is_added_after_it_stands_on_an_invoice_of_its_own() -> None:
    numbers = Numbers()
    numbers("invoice")
    edited = done(try_to_add(PAID, TWO_TEAS, numbers=numbers))
    (invoice,) = issued(edited.events)
    assert (invoice.kind, invoice.corrects, invoice.gross.amount) == ("invoice", "IN000001", 900)
    assert [(line.line, line.sku, line.quantity) for line in invoice.lines] == [(2, TEA, 2)]
    assert invoice.due is not None
    assert invoice.due.amount == edited.order.due == 900
    assert edited.order.lines[1].invoice == invoice.document_id != edited.order.lines[0].invoice


def test_a_supplementary_invoice_names_what_explains_its_due() -> None:
    """The total, the other invoices less credit slips, and the payments add up to the amount
    due.
    """
    fewer = done(try_to_edit(PAID, {"line": 1, "quantity": 1}))
    (slip,) = issued(fewer.events)
    numbers = Numbers()
    numbers("invoice")
    (invoice,) = issued(done(try_to_add(fewer.order, TWO_TEAS, numbers=numbers)).events)
    assert invoice.due is not None
    others = PAID.amount.gross - slip.gross.amount
    paid = sum(payment.amount.amount for payment in invoice.payments)
    assert invoice.due.amount == invoice.gross.amount + others - paid == -290


def test_what_is_taken_away_after_it_stands_on_a_credit_slip_with_the_reason() -> None:
    edited = done(try_to_edit(PAID, {"line": 1, "quantity": 1}, reason="One was broken."))
    (slip,) = issued(edited.events)
    assert (slip.kind, slip.corrects, slip.reason) == ("credit_slip", "IN000001", "One was broken.")
    assert [(line.quantity, line.gross.amount) for line in slip.lines] == [(1, 1190)]
    assert edited.order.due == -1190


def test_a_new_price_takes_the_line_back_and_invoices_it_anew() -> None:
    slip, invoice = issued(done(try_to_edit(PAID, {"line": 1, "unit_price": euro(1000)})).events)
    assert [(line.quantity, line.unit_gross.amount, line.gross.amount) for line in slip.lines] == [
        (2, 1190, 2380)
    ]
    assert [
        (line.quantity, line.unit_gross.amount, line.gross.amount) for line in invoice.lines
    ] == [(2, 1000, 2000)]


def test_what_is_taken_away_later_corrects_the_invoice_that_it_stands_on() -> None:
    numbers = Numbers()
    numbers("invoice")
    order = done(try_to_add(PAID, TWO_TEAS, numbers=numbers)).order
    order = done(try_to_edit(order, {"line": 1, "unit_price": euro(1000)}, numbers=numbers)).order
    edited = done(
        try_to_edit(order, {"line": 1, "quantity": 1}, {"line": 2, "quantity": 0}, numbers=numbers)
    )
    assert [(slip.kind, slip.corrects) for slip in issued(edited.events)] == [
        ("credit_slip", "IN000002"),
        ("credit_slip", "IN000003"),
    ]


def test_a_cent_that_moves_elsewhere_stands_on_the_slip_of_its_rate() -> None:
    lines = [a_product(f"P{number}", 7, "19") for number in range(3)]
    wanted = {
        "lines": [{"sku": each.sku, "quantity": 1} for each in lines],
        "total__amount": 21 + 490,
    }
    paid = move(a_placed_order(*lines, **wanted), "payment_accepted").order  # type: ignore[arg-type]
    edited = done(try_to_edit(paid, {"line": 3, "quantity": 0}))
    (slip,) = issued(edited.events)
    assert edited.order.shipping.amount.tax == paid.shipping.amount.tax - 1
    assert ([line.line for line in slip.lines], slip.shipping_tax.gross.amount) == ([3], 0)
    assert slip.tax.amount == paid.lines[2].charge.amount.tax + 1
    assert (slip.net.amount, slip.tax.amount) == (
        paid.amount.net - edited.order.amount.net,
        paid.amount.tax - edited.order.amount.tax,
    )


def test_where_the_invoice_was_issued_nothing_is_added_to_it() -> None:
    assert refused(try_to_add(PAID, TWO_TEAS, expected_invoice="existing")) == (
        "invoice_issued",
        "expected_invoice",
    )
    assert refused(try_to_add(PLACED, TWO_TEAS, expected_invoice="new")) == (
        "no_invoice",
        "expected_invoice",
    )
    assert done(try_to_add(PLACED, TWO_TEAS, expected_invoice="existing"))
    assert done(try_to_add(PAID, TWO_TEAS, expected_invoice="new"))


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order", [a_shipped_order(), move(PLACED, "cancelled").order], ids=["shipped", "cancelled"]
)
def test_an_order_that_is_gone_is_not_edited(order: Order) -> None:
    assert refused(try_to_add(order, TWO_TEAS)) == ("not_possible", "order_id")
    assert refused(try_to_edit(order, {"line": 1, "quantity": 1})) == ("not_possible", "order_id")
    assert refused(try_to_cancel(order, {"line": 1, "quantity": 1})) == ("not_possible", "order_id")


def test_products_are_cancelled_before_payment_only() -> None:
    assert shown(done(try_to_cancel(PLACED, {"line": 1, "quantity": 1})).order) == [
        (1, MUG, 1, 1190)
    ]
    assert refused(try_to_cancel(pay(PLACED, 1), {"line": 1, "quantity": 1})) == (
        "not_possible",
        "order_id",
    )
    assert refused(try_to_cancel(PLACED, {"line": 1, "quantity": 3})) == (
        "too_many_pieces",
        "lines[0].quantity",
    )


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ([{"line": 2, "quantity": 1}], "unknown_line", "lines[0].line"),
        ([{"line": 1, "quantity": 1}] * 2, "line_twice", "lines[1].line"),
        ([{"line": 1}], "nothing_changes", "lines"),
        ([{"line": 1, "quantity": 2, "unit_price": euro(1190)}], "nothing_changes", "lines"),
        ([{"line": 1, "unit_price": euro(2**53 - 1)}], "total_too_large", "lines"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(lines: list[Any], code: str, field: str) -> None:
    assert refused(try_to_edit(PLACED, *lines)) == (code, field)


def test_an_unknown_product_or_one_of_another_currency_is_refused() -> None:
    assert refused(try_to_add(PLACED, TWO_TEAS, products={})) == ("unknown_product", "lines[0].sku")
    dollars = {TEA: a_product(TEA, 450, currency="USD")}
    assert refused(try_to_add(PLACED, TWO_TEAS, products=dollars)) == (
        "wrong_currency",
        "lines[0].sku",
    )
    assert done(try_to_add(PLACED, TWO_TEAS | {"unit_price": euro(400)}, products=dollars))


def test_a_line_that_was_refunded_in_part_is_not_edited_and_keeps_what_it_cost() -> None:
    done_refund = refund(PAID, "partial", lines=[{"line": 1, "quantity": 1}])
    assert isinstance(done_refund, Refunded)
    order = done_refund.order
    assert refused(try_to_edit(order, {"line": 1, "quantity": 1})) == (
        "line_refunded",
        "lines[0].line",
    )
    assert refused(try_to_discount(order, percent="10")) == ("takes_nothing_off", "percent")
    assert done(try_to_add(order, TWO_TEAS)).order.lines[0] == order.lines[0]
