"""Orders edited after payment: the excess is given back, and each slip names its invoices."""

from dataclasses import replace
from typing import Any

import pytest

from services.orders.domain.order import Order
from shared.contracts.orders import CreditSlipIssued
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.editing import done, try_to_add, try_to_edit
from tests.orders.refunds import LATER, a_paid_order, refund, try_to_refund
from tests.orders.words import NOON, TEA, Numbers, a_placed_order, move, pay


def test_what_was_paid_too_much_is_given_back_without_a_slip() -> None:
    cheaper = done(try_to_edit(a_paid_order(), {"line": 1, "quantity": 1})).order
    back = refund(cheaper, "partial", lines=[], refund_overpaid=True)
    assert [event.name for event in back.events] == ["refund.created", "payment.refund_due"]
    assert (back.refund.amount.gross, back.order.due, back.order.refund_due) == (1190, 0, 1190)
    again = try_to_refund(back.order, "partial", lines=[], refund_overpaid=True)
    assert isinstance(again, Reason)
    assert (again.code, again.field) == ("nothing_overpaid", "refund_overpaid")
    empty = try_to_refund(
        cheaper, "partial", lines=[], refund_overpaid=True, issue_credit_slip=True
    )
    assert isinstance(empty, Reason)
    assert (empty.code, empty.field) == ("nothing_on_slip", "issue_credit_slip")
    rest = refund(back.order, lines=[{"line": 1, "quantity": 1}], refund_shipping=True)
    assert (rest.refund.amount.gross, rest.order.refunded.gross) == (1680, 2870)
    dearer = done(try_to_edit(back.order, {"line": 1, "quantity": 2})).order
    assert dearer.due == 1190


@pytest.mark.parametrize("prices", ["tax_included", "tax_excluded"])
def test_what_was_paid_too_much_can_be_store_credit_in_every_kind_of_prices(prices: Any) -> None:
    paid_twice = replace(pay(a_paid_order(), 1190), prices=prices)
    given = refund(paid_twice, "partial", lines=[], refund_overpaid=True, to_store_credit=True)
    assert (given.refund.amount.gross, given.refund.as_credit) == (1190, 1190)


def test_what_was_paid_too_much_stands_beside_the_slip_of_what_was_sold() -> None:
    cheaper = done(try_to_edit(a_paid_order(), {"line": 1, "quantity": 1})).order
    back = refund(
        cheaper, "partial", lines=[{"line": 1, "amount": euro(200)}], refund_overpaid=True
    )
    paper = next(event for event in back.events if isinstance(event, CreditSlipIssued)).document
    assert (paper.gross.amount, back.refund.amount.gross) == (200, 1390)


def test_a_credit_slip_names_the_invoices_that_its_lines_stand_on() -> None:
    numbers = Numbers()
    order = move(a_placed_order(), "payment_accepted", numbers).order
    order = pay(done(try_to_add(order, {"sku": TEA, "quantity": 1}, numbers=numbers)).order, 450)
    tea, both = (
        {"line": 2, "quantity": 1},
        [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}],
    )
    assert corrected(order, lines=[tea]) == ["IN000002"]
    assert (
        corrected(order, lines=[tea], refund_shipping=True)
        == corrected(order, lines=both)
        == ["IN000001", "IN000002"]
    )
    assert (
        corrected(order, lines=[both[0]])
        == corrected(order, lines=[], refund_shipping=True)
        == ["IN000001"]
    )


def test_a_credit_slip_says_when_its_invoices_were_issued() -> None:
    order = move(a_placed_order(), "payment_accepted", Numbers()).order
    one = slip(order, lines=[{"line": 1, "quantity": 1}])
    assert (one.corrects, one.corrects_issued_at, one.corrected[0].issued_at) == (
        "IN000001",
        NOON,
        NOON,
    )
    numbers = Numbers()
    numbers("invoice")
    order = pay(done(try_to_add(order, {"sku": TEA, "quantity": 1}, numbers=numbers)).order, 450)
    two = slip(order, lines=[{"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}])
    assert [invoice.issued_at for invoice in two.corrected] == [NOON, LATER]
    assert (two.corrects, two.corrects_issued_at) == ("IN000001, IN000002", None)


def corrected(order: Order, **terms: Any) -> list[str]:
    return [invoice.number for invoice in slip(order, **terms).corrected]


def slip(order: Order, **terms: Any) -> DocumentSnapshot:
    """The credit slip of a refund."""
    events = refund(order, **terms).events
    return next(event for event in events if isinstance(event, CreditSlipIssued)).document
