"""Refunds are exact, never exceed the remaining amount, and are refused with that amount."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as some

from services.orders.domain import refunding
from services.orders.domain.corrections import Edited
from services.orders.domain.lifecycle import Moved
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from services.orders.domain.pricing import Amount, Charge, priced, total
from services.orders.domain.refund_views import refundable
from shared.contracts.orders import (
    CreditSlipIssued,
    MarkRefunded,
    PaymentMethod,
    PaymentRefundDue,
    PreviewRefund,
    Rounding,
)
from shared.contracts.reason import Reason
from shared.contracts.samples import euro
from shared.contracts.values import Money
from tests.orders.editing import issued, try_to_correct
from tests.orders.refunds import LATER, a_paid_order, a_shipped_order, refund, try_to_refund
from tests.orders.words import MUG, a_placed_order, pay, try_to_move

MODES = ["half_up", "half_down", "half_even", "half_odd", "up", "down"]


def test_a_piece_is_refunded_at_its_price_and_goes_back_to_stock() -> None:
    done = refund(a_paid_order(), lines=[{"line": 1, "quantity": 1}])
    assert [event.name for event in done.events] == [
        "refund.created",
        "credit_slip.issued",
        "payment.refund_due",
    ]
    assert (done.refund.amount, done.refund.lines[0].restocked) == (Amount(1000, 190), 1)
    assert done.order.held == {MUG: 1}


def test_a_credit_slip_names_its_invoice_and_says_what_was_refunded() -> None:
    events = refund(a_paid_order(), refund_shipping=True, reason="One too many").events
    paper = next(event for event in events if isinstance(event, CreditSlipIssued)).document
    assert (paper.kind, paper.corrects, paper.reason) == ("credit_slip", "IN000001", "One too many")
    assert [(line.sku, line.quantity, line.gross.amount) for line in paper.lines] == [
        (MUG, 2, 2380)
    ]
    assert (paper.shipping_tax.gross.amount, paper.gross.amount) == (490, 2870)
    assert [(str(row.tax_rate), row.gross.amount) for row in paper.taxes] == [("19", 2870)]


def test_three_pieces_for_ten_euro_come_back_one_by_one_to_the_cent() -> None:
    order = a_paid_order(lines=[{"sku": MUG, "quantity": 3}], total__amount=4060)
    line = replace(order.lines[0], charge=Charge(333, 3, Decimal(19), Amount(841, 159)))
    order, amounts = replace(order, lines=(line,)), []
    for _ in range(3):
        done = refund(order, lines=[{"line": 1, "quantity": 1}])
        order = done.order
        amounts.append(done.refund.amount)
    assert [amount.gross for amount in amounts] == [333, 334, 333]
    assert total(amounts) == Amount(841, 159)


def test_a_gesture_of_goodwill_has_no_pieces() -> None:
    done = refund(a_shipped_order(), "partial", lines=[{"line": 1, "amount": euro(500)}])
    assert (done.refund.amount.gross, done.order.refunded_pieces(1), done.order.held) == (
        500,
        0,
        {MUG: 2},
    )


def test_what_goes_back_to_stock_can_be_chosen() -> None:
    assert refund(a_paid_order(), restock=False).refund.lines[0].restocked == 0
    kept = refund(a_paid_order(), "partial", lines=[{"line": 1, "quantity": 1}])
    back = refund(a_paid_order(), "partial", lines=[{"line": 1, "quantity": 1}], restock=True)
    assert [each.refund.lines[0].restocked for each in (kept, back)] == [0, 1]


def test_pieces_that_are_still_missing_do_not_go_back_to_stock() -> None:
    order = pay(a_placed_order(), 2870)
    waiting = replace(order, lines=(replace(order.lines[0], missing=1),))
    done = refund(waiting)
    assert (done.refund.lines[0].released, done.refund.lines[0].restocked) == (2, 1)


def test_a_cancelled_order_was_refunded_whole_by_that() -> None:
    cancelled = try_to_move(a_paid_order(), "cancelled")
    assert isinstance(cancelled, Moved)
    assert refusal(cancelled.order)["code"] == "not_possible"
    assert (
        refusal(cancelled.order, "partial", lines=[], refund_overpaid=True)["code"]
        == "not_possible"
    )
    late = pay(cancelled.order, 100)
    assert refusal(late, "partial")["code"] == "order_cancelled"
    assert refusal(late, "partial", lines=[], shipping_amount=euro(1))["code"] == "order_cancelled"
    assert refund(late, "partial", lines=[], refund_overpaid=True).order.due == 0


def test_what_was_refunded_before_shipping_is_not_sent() -> None:
    order = refund(a_paid_order(), lines=[{"line": 1, "quantity": 1}]).order
    moved = try_to_move(order, "processing")
    assert isinstance(moved, Moved)
    slip: Any = next(event for event in moved.events if event.name == "delivery_slip.issued")
    assert [line.quantity for line in slip.document.lines] == [1]


def test_when_all_of_it_was_refunded_nothing_is_sent() -> None:
    moved = try_to_move(refund(a_paid_order()).order, "processing")
    assert isinstance(moved, Reason)
    assert moved.details["guard"] == "something_to_send"


def test_without_an_invoice_there_is_no_credit_slip() -> None:
    order = pay(a_placed_order(), 2870)
    assert [event.name for event in refund(order).events] == [
        "refund.created",
        "payment.refund_due",
    ]
    assert refusal(order, issue_credit_slip=True)["code"] == "no_invoice"


COMPENSATION: dict[str, Any] = {
    "lines": [{"line": 1, "amount": euro(300)}],
    "issue_credit_slip": False,
}


@pytest.mark.parametrize("invoiced_first", [True, False])
def test_a_compensation_is_on_no_document_whether_before_or_after_the_invoice(
    invoiced_first: bool,
) -> None:
    """It lowers no price, so the taxable amount stays (Directive 2006/112/EC, Art. 73, 90)."""
    order = a_paid_order() if invoiced_first else pay(a_placed_order(), 2870)
    given = refund(order, "partial", **COMPENSATION)
    assert given.refund.money == 300
    assert given.credit_slip is None
    order = given.order
    corrected = try_to_correct(order) if invoiced_first else None
    events = corrected.events if isinstance(corrected, Edited) else _invoice(order).events
    invoice = issued(events)[-1]
    assert (invoice.gross.amount, invoice.discounts, invoice.due) == (2870, [], euros(0))
    assert [payment.amount.amount for payment in invoice.payments] == [2870]
    assert order.due == 0


def _invoice(order: Order) -> Moved:
    moved = try_to_move(order, "payment_accepted")
    assert isinstance(moved, Moved)
    return moved


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


@pytest.mark.parametrize(
    ("order", "kind", "lines", "code"),
    [
        (a_paid_order(), "standard", [{"line": 1, "quantity": 1}], "pieces_need_slip"),
        (
            a_shipped_order(),
            "return",
            [{"line": 1, "quantity": 1, "amount": euro(100)}],
            "pieces_need_slip",
        ),
        (pay(a_placed_order(), 2870), "standard", [{"line": 1, "quantity": 1}], "pieces_need_slip"),
        (pay(a_placed_order(), 2600), "partial", COMPENSATION["lines"], "unpaid_needs_slip"),
    ],
)
def test_what_lowers_the_price_is_stated_by_a_document(
    order: Order, kind: str, lines: Any, code: str
) -> None:
    refused = refusal(order, kind, lines=lines, issue_credit_slip=False)
    assert (refused["code"], refused["field"]) == (code, "issue_credit_slip")


def test_the_payment_system_is_asked_where_it_can_give_money_back() -> None:
    order = a_paid_order()
    able = replace(
        order,
        shop=replace(
            order.shop, payment_methods=(PaymentMethod(name="Bank wire", refundable=True),)
        ),
    )
    told = [refund(each).events for each in (order, able)]
    due = [event for events in told for event in events if isinstance(event, PaymentRefundDue)]
    assert [event.by_hand for event in due] == [True, False]
    assert [event.amount.amount for event in due] == [2380, 2380]


@pytest.mark.parametrize("prices", ["tax_included", "tax_excluded"])
def test_store_credit_in_the_place_of_money_is_worth_what_was_refunded(prices: Any) -> None:
    done = refund(replace(a_paid_order(), prices=prices), to_store_credit=True)
    assert [event.name for event in done.events] == ["refund.created", "credit_slip.issued"]
    assert (done.refund.as_credit, done.refund.money, done.refund.method) == (
        2380,
        0,
        "store_credit",
    )
    assert done.order.refund_due == 0


@pytest.mark.parametrize(("store_credit", "slip"), [(False, (None, 2380)), (True, (2380, 0))])
def test_a_credit_slip_says_what_is_paid_back_and_what_is_store_credit(
    store_credit: bool, slip: Any
) -> None:
    events = refund(a_paid_order(), to_store_credit=store_credit).events
    (told,) = (event for event in events if isinstance(event, CreditSlipIssued))
    said = (told.document.store_credit, told.document.paid_back)
    assert tuple(part and part.amount for part in said) == slip


def test_a_payment_method_that_is_called_store_credit_is_one_like_any_other() -> None:
    order = pay(a_placed_order(), 2870)
    method = order.payments[0].model_copy(update={"method": "store_credit"})
    done = refund(replace(order, payments=(method,)))
    assert [event.name for event in done.events] == ["refund.created", "payment.refund_due"]
    assert (done.refund.store_credit, done.refund.money) == (0, 2380)


def test_what_cost_nothing_comes_back_and_is_worth_nothing() -> None:
    order = a_shipped_order()
    gift = replace(order.lines[0], charge=Charge(1190, 2, Decimal(19), Amount(), off=2380))
    done = refund(replace(order, lines=(gift,)), "return", to_store_credit=True)
    assert ([event.name for event in done.events], done.refund.lines[0].restocked) == (
        ["refund.created"],
        2,
    )
    assert done.refund.store_credit == 0
    assert not refund(replace(order, lines=(gift,)), "return").refund.due


def test_money_that_was_given_back_is_due_no_more() -> None:
    done = refund(a_paid_order())
    assert done.order.refund_due == 2380
    mark = MarkRefunded(
        order_id=done.order.order_id,
        refund_id=done.refund.refund_id,
        transaction_id="RF-1",
        by="anna",
    )
    marked = refunding.mark_refunded(done.order, mark, LATER)
    assert not isinstance(marked, Reason)
    assert (marked[0].refund_due, marked[1].amount.amount, marked[1].transaction_id) == (
        0,
        2380,
        "RF-1",
    )
    again = refunding.mark_refunded(marked[0], mark, LATER)
    assert isinstance(again, Reason)
    assert again.code == "nothing_due"


def test_a_preview_is_what_the_refund_then_is() -> None:
    order = a_paid_order()
    terms = {
        "order_id": order.order_id,
        "kind": "partial",
        "lines": [{"line": 1, "amount": euro(700)}],
        "refund_shipping": True,
    }
    found = refunding.preview(order, PreviewRefund.model_validate(terms), LATER)
    assert not isinstance(found, Reason)
    done = refund(order, "partial", lines=[{"line": 1, "amount": euro(700)}], refund_shipping=True)
    assert found[0].amount == done.refund.amount == Amount(1000, 190)
    assert refundable(found[1]) == refundable(done.order)


def refusal(order: Order, kind: str = "standard", **terms: Any) -> dict[str, Any]:
    refused = try_to_refund(order, kind, **{"lines": [{"line": 1, "quantity": 1}], **terms})
    assert isinstance(refused, Reason), refused
    return {"code": refused.code, "field": refused.field, **refused.details}


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"lines": [{"line": 2, "quantity": 1}]}, "unknown_line", "lines[0].line"),
        (
            {"lines": [{"line": 1, "quantity": 1}, {"line": 1, "quantity": 1}]},
            "line_twice",
            "lines[1].line",
        ),
        ({"lines": [{"line": 1, "quantity": 3}]}, "too_many_pieces", "lines[0].quantity"),
        ({"lines": [{"line": 1}]}, "nothing_asked", "lines[0].quantity"),
        ({"lines": [{"line": 1, "amount": euro(5)}]}, "whole_price_only", "lines[0].amount"),
        ({"lines": []}, "nothing_refunded", "lines"),
        ({"shipping_amount": euro(491)}, "too_much", "shipping_amount"),
        (
            {"refund_shipping": True, "shipping_amount": euro(1)},
            "shipping_twice",
            "shipping_amount",
        ),
        ({"kind": "return"}, "not_possible", "kind"),
        (
            {"kind": "partial", "lines": [{"line": 1, "amount": euro(2381)}]},
            "too_much",
            "lines[0].amount",
        ),
    ],
)
def test_what_cannot_be_refunded_is_refused_with_what_is_left(
    terms: Any, code: str, field: str
) -> None:
    refused = refusal(a_paid_order(), **terms)
    assert (refused["code"], refused["field"]) == (code, field)
    assert refused["left"]["lines"][0]["quantity"] == 2
    assert refused["left"]["paid"] == {"amount": 2870, "currency": "EUR"}


def test_after_a_gesture_pieces_come_back_at_what_is_left_of_their_price() -> None:
    order = refund(a_paid_order(), "partial", lines=[{"line": 1, "amount": euro(1500)}]).order
    first = refund(order, lines=[{"line": 1, "quantity": 1}])
    assert (first.refund.sold.gross, first.refund.lines[0].restocked) == (880, 1)
    last = refund(first.order, lines=[{"line": 1, "quantity": 1}])
    assert (last.refund.sold.gross, last.refund.lines[0].restocked, last.credit_slip) == (
        0,
        1,
        None,
    )
    assert not last.refund.due


def test_an_amount_beyond_what_a_gesture_left_is_refused() -> None:
    order = refund(a_paid_order(), "partial", lines=[{"line": 1, "amount": euro(1500)}]).order
    wanted = {"line": 1, "quantity": 1, "amount": euro(881)}
    refused = refusal(order, "partial", lines=[wanted])
    assert (refused["code"], refused["field"]) == ("too_much", "lines[0].amount")
    assert (
        refund(order, "partial", lines=[wanted | {"amount": euro(880)}]).order.refunded.gross
        == 2380
    )


def test_no_credit_slip_says_nothing() -> None:
    order = refund(a_paid_order(), "partial", lines=[{"line": 1, "amount": euro(2380)}]).order
    assert refusal(order, issue_credit_slip=True)["code"] == "nothing_on_slip"


@pytest.mark.parametrize(
    ("paid", "settled", "back"), [(1000, 1190, 0), (2000, 870, 320), (2870, 0, 1190)]
)
def test_a_refund_settles_first_what_was_not_paid(paid: int, settled: int, back: int) -> None:
    order = pay(a_placed_order(), paid)
    done = refund(order, "partial", lines=[{"line": 1, "quantity": 1}])
    assert (done.refund.settled, done.refund.repaid) == (settled, back)
    assert done.order.due == max(2870 - paid - 1190, 0)
    assert [event.name for event in done.events].count("payment.refund_due") == (back > 0)


def test_each_kind_has_its_time() -> None:
    assert refusal(a_placed_order())["code"] == "not_possible"
    assert refusal(a_shipped_order())["code"] == "not_possible"
    assert refusal(a_shipped_order(), "partial", restock=True)["code"] == "nothing_came_back"
    assert refund(a_shipped_order(), "return").refund.lines[0].restocked == 2


@some.composite
def sold_and_refunded(draw: some.DrawFn) -> tuple[Order, list[tuple[int, int, int]], Any]:
    """Return an order in any currency, rounding and kind of prices, with discounts, and refunds of
    it in turn.
    """
    price = some.integers(1, 10**11)
    lines = draw(
        some.lists(
            some.tuples(
                price,
                some.integers(1, 40),
                some.sampled_from(["0", "5.5", "9", "19", "19.6"]),
                some.integers(0, 100),
            ),
            min_size=1,
            max_size=4,
        )
    )
    charges = [
        Charge(each, quantity, Decimal(rate), off=each * quantity * percent // 100)
        for each, quantity, rate, percent in lines
    ]
    prices = draw(some.sampled_from(["tax_included", "tax_excluded"]))
    rounding = Rounding(
        mode=draw(some.sampled_from(MODES)), per=draw(some.sampled_from(["item", "line", "total"]))
    )
    *found, shipping = priced([*charges, Charge(draw(price), 1, Decimal(19))], prices, rounding)  # type: ignore[arg-type]
    order = replace(
        a_paid_order(),
        currency=draw(some.sampled_from(["EUR", "JPY", "KWD", "IRR"])),
        prices=prices,  # type: ignore[arg-type]
        rounding=rounding,
        shipping=shipping,
        lines=tuple(Line(f"P{place}", "?", x) for place, x in enumerate(found)),
    )
    asked = draw(
        some.lists(
            some.tuples(some.integers(1, len(lines)), some.integers(0, 40), some.integers(0, 100)),
            max_size=8,
        )
    )
    return order, asked, draw(some.integers(0, 3))


@given(sold_and_refunded())
@settings(max_examples=60)
def test_whatever_is_refunded_adds_up_to_what_was_sold_to_the_cent(drawn: Any) -> None:
    order, asked, _ = drawn
    paid = order.payments[0]
    order = replace(
        order, payments=(paid.model_copy(update={"amount": order.money(order.amount.gross)}),)
    )
    whole, slips = order.amount, []
    for number, quantity, percent in asked:
        left = order.lines[number - 1].charge.amount.gross - order.refunded_amount(number).gross
        amount = left * percent // 100
        line = {"line": number, "quantity": quantity} | ({"amount": euro(amount)} if amount else {})
        done = try_to_refund(order, "partial", lines=[line])
        if not isinstance(done, Reason):
            order = done.order
            slips += [
                event.document for event in done.events if isinstance(event, CreditSlipIssued)
            ]
    rest = [
        {"line": each.line, "quantity": each.quantity, "amount": each.amount.model_dump()}
        for each in refundable(order).lines
        if each.amount.amount
    ]
    done = try_to_refund(
        order, "partial", lines=rest, refund_shipping=bool(order.shipping.amount.gross)
    )
    if not isinstance(done, Reason):
        order = done.order
        slips += [event.document for event in done.events if isinstance(event, CreditSlipIssued)]
    assert order.refunded == whole
    for number, line in order.numbered_lines:
        assert order.refunded_amount(number) == line.charge.amount
        assert all(
            part.amount.net >= 0 and part.amount.tax >= 0
            for refund in order.refunds
            for part in refund.lines
        )
    assert (sum(slip.net.amount for slip in slips), sum(slip.tax.amount for slip in slips)) == (
        whole.net,
        whole.tax,
    )
    for slip in slips:
        assert sum(row.gross.amount for row in slip.taxes) == slip.gross.amount


@pytest.mark.parametrize("at_once", [True, False])
def test_a_shop_decides_whether_cancelling_asks_the_payment_system(at_once: bool) -> None:
    method = PaymentMethod(name="Bank wire", refundable=True, refund_on_cancel=at_once)
    order = a_paid_order()
    order = replace(order, shop=replace(order.shop, payment_methods=(method,)))
    cancelled = try_to_move(order, "cancelled")
    assert isinstance(cancelled, Moved)
    (due,) = [event for event in cancelled.events if isinstance(event, PaymentRefundDue)]
    assert (due.by_hand, due.amount.amount) == (not at_once, 2870)
    assert not refund(order).refund.by_hand  # a refund is asked for by name
