"""Goods that come back: asked for in time, confirmed or denied, received, refunded once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.orders.domain import returning
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from services.orders.domain.returning import Completed, Returned
from shared.contracts.orders import (
    CompleteReturn,
    ConfirmReturn,
    DenyReturn,
    ReceiveReturn,
    RequestReturn,
    ReturnSlipIssued,
)
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.writing.days import days_later
from tests.orders.refunds import LATER, a_paid_order, a_shipped_order, refund
from tests.orders.words import DEFAULT_STATES, NOON, Numbers

RETURN_ID = UUID(int=77)


def try_to_request(order: Order, quantity: int = 1, **changes: Any) -> Returned | Reason:
    data = {
        "order_id": order.order_id,
        "return_id": RETURN_ID,
        "lines": [{"line": 1, "quantity": quantity}],
    }
    at = changes.pop("at", LATER)
    return returning.request(
        order, RequestReturn.model_validate(data | changes), DEFAULT_STATES, at
    )


def done(decision: Returned | Reason) -> Returned:
    assert isinstance(decision, Returned), decision
    return decision


def requested(quantity: int = 1) -> Order:
    return done(try_to_request(a_shipped_order(), quantity)).order


def step(order: Order, **more: Any) -> dict[str, Any]:
    return {"order_id": order.order_id, "return_id": RETURN_ID, "by": "anna@shop.test", **more}


def confirmed(order: Order) -> Returned:
    return done(
        returning.confirm(
            order, ConfirmReturn(**step(order, answer="Pack it well.")), Numbers(), LATER
        )
    )


def received(order: Order) -> Order:
    return done(returning.receive(order, ReceiveReturn(**step(order)), LATER)).order


def try_to_complete(order: Order, **options: Any) -> Completed | Reason:
    return returning.complete(
        order, CompleteReturn.model_validate(step(order, **options)), Numbers(), LATER
    )


def refused(decision: Returned | Reason) -> str:
    assert isinstance(decision, Reason), decision
    return decision.code


def test_a_return_goes_from_request_to_refund() -> None:
    order = received(confirmed(requested()).order)
    finished = try_to_complete(order)
    assert isinstance(finished, Completed)
    assert [event.name for event in finished.events] == [
        "return.completed",
        "refund.created",
        "credit_slip.issued",
        "payment.refund_due",
    ]
    assert (finished.refunded.kind, finished.refunded.amount) == ("return", Amount(1000, 190))
    assert finished.refunded.lines[0].restocked == 1
    (kept,) = finished.order.returns
    assert (kept.state, kept.refund_id) == ("completed", finished.refunded.refund_id)


def test_a_confirmed_return_has_a_slip_with_its_last_day() -> None:
    moved = confirmed(requested(2))
    slip = next(event for event in moved.events if isinstance(event, ReturnSlipIssued)).document
    assert (slip.number, slip.return_until) == ("RT000001", days_later(LATER, 14, "Europe/Berlin"))
    assert [(line.sku, line.quantity, line.gross.amount) for line in slip.lines] == [
        ("MUG-BLUE", 2, 0)
    ]
    assert moved.order.returns[0].answer == "Pack it well."
    assert [document.kind for document in moved.order.documents][-1] == "return_slip"


def test_a_denied_return_says_why_and_leaves_the_goods_to_be_asked_for_again() -> None:
    order = requested(2)
    denied = done(returning.deny(order, DenyReturn(**step(order, answer="Used.")), LATER)).order
    assert (denied.returns[0].state, denied.returns[0].answer) == ("denied", "Used.")
    assert done(try_to_request(denied, 2, return_id=uuid4())).order.returns[1].open


def test_goods_can_be_returned_only_as_long_as_the_shop_says() -> None:
    order = a_shipped_order()
    assert refused(try_to_request(order, at=NOON + timedelta(days=17))) == "too_late"
    assert done(try_to_request(order, at=NOON + timedelta(days=14)))


@pytest.mark.parametrize(
    ("quantity", "changes", "code"),
    [
        (3, {}, "too_many_pieces"),
        (1, {"lines": [{"line": 1, "quantity": 2}, {"line": 1, "quantity": 1}]}, "too_many_pieces"),
        (1, {"lines": [{"line": 9, "quantity": 1}]}, "unknown_line"),
    ],
)
def test_what_was_not_sold_does_not_come_back(quantity: int, changes: Any, code: str) -> None:
    assert refused(try_to_request(a_shipped_order(), quantity, **changes)) == code


def test_what_was_refunded_or_is_awaited_does_not_come_back_again() -> None:
    assert refused(try_to_request(refund(a_shipped_order(), "return").order)) == "too_many_pieces"
    assert refused(try_to_request(requested(2), return_id=uuid4())) == "too_many_pieces"


def test_only_what_was_shipped_by_a_shop_that_takes_it_back_is_returned() -> None:
    order = a_shipped_order()
    assert (
        refused(try_to_request(replace(order, shop=replace(order.shop, returns=False))))
        == "not_possible"
    )
    paid = a_paid_order()
    assert refused(try_to_request(replace(paid, shop=order.shop))) == "not_possible"


def test_a_request_that_comes_twice_is_one() -> None:
    assert refused(try_to_request(requested())) == "already_requested"


def test_steps_are_taken_in_their_order() -> None:
    order = requested()
    assert refused(try_to_complete(order)) == "not_possible"
    assert refused(returning.receive(order, ReceiveReturn(**step(order)), LATER)) == "not_possible"
    awaited = confirmed(order).order
    assert (
        refused(returning.confirm(awaited, ConfirmReturn(**step(order)), Numbers(), LATER))
        == "not_possible"
    )
    finished = try_to_complete(received(awaited))
    assert isinstance(finished, Completed)
    assert refused(try_to_complete(finished.order)) == "not_possible"
    assert (
        refused(returning.deny(finished.order, DenyReturn(**step(order, answer="No")), LATER))
        == "not_possible"
    )


def test_an_unknown_return_is_named() -> None:
    order = a_shipped_order()
    assert refused(try_to_complete(order)) == "unknown_return"


def test_a_return_that_was_let_in_is_refunded_also_when_the_shop_takes_nothing_back_any_more() -> (
    None
):
    order = received(confirmed(requested()).order)
    assert isinstance(
        try_to_complete(replace(order, shop=replace(order.shop, returns=False))), Completed
    )


def test_damaged_goods_are_refunded_in_part_and_not_sold_again() -> None:
    order = received(confirmed(requested()).order)
    finished = try_to_complete(order, amounts=[{"line": 1, "amount": euro(600)}], restock=False)
    assert isinstance(finished, Completed)
    assert (finished.refunded.amount.gross, finished.refunded.lines[0].restocked) == (600, 0)
    assert (
        refused(try_to_complete(order, amounts=[{"line": 2, "amount": euro(600)}]))
        == "unknown_line"
    )
    assert (
        refused(try_to_complete(order, amounts=[{"line": 1, "amount": euro(2381)}])) == "too_much"
    )
