"""Cash is rounded to the smallest coin; the order's total is not rounded, and no cent is lost."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as some

from services.orders.domain.cash import due, payable
from services.orders.domain.correct_invoice import replaced
from services.orders.domain.documents import issue
from services.orders.domain.order import Order
from services.orders.domain.placing import Placed
from services.orders.domain.refund_views import refund_view
from services.orders.domain.refunding import Refunded
from shared.contracts import samples
from shared.contracts.orders import CreditSlipIssued, InvoiceIssued, PaymentMethod
from shared.contracts.samples import euro
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.refunds import a_refund, try_to_refund
from tests.orders.words import NOON, SHOP, Numbers, Storefront, a_product, move, pay, try_to_place
from tests.words import changed

CASH, CARD = "Cash on delivery", "Card"
METHODS = (PaymentMethod(name=CASH, cash=True), PaymentMethod(name=CARD, refundable=True))
SWISS = replace(SHOP, payment_methods=METHODS, coins={"CHF": 5})
coins = some.sampled_from([1, 5, 10, 50, 100])
amounts = some.integers(0, 10**6)


@pytest.mark.parametrize(
    ("amount", "coin", "rounded"),
    [
        (2872, 5, 2870),
        (2873, 5, 2875),
        (2870, 5, 2870),
        (-2873, 5, -2875),
        (2, 5, 0),
        (3, 5, 5),  # CHF
        (1049, 100, 1000),
        (1050, 100, 1100),  # SEK: to the nearest krona, 50 öre up
        (24, 50, 0),
        (25, 50, 50),
        (-25, 50, 0),
        (1, 1, 1),
    ],
)
def test_an_amount_is_rounded_to_the_nearest_coin(amount: int, coin: int, rounded: int) -> None:
    assert payable(amount, coin) == rounded


@given(amounts, amounts, coins)
def test_what_is_paid_in_parts_comes_to_the_rounded_whole(
    gross: int, first: int, coin: int
) -> None:
    part = min(payable(first, coin), payable(gross, coin))
    assert part + due(gross - part, coin) == payable(gross, coin)


@pytest.mark.parametrize(
    ("balance", "known", "expected"),
    [
        (2, {}, 0),
        (-2, {}, 0),
        (-2873, {"back_coin": 5}, -2875),
        (-2873, {}, -2873),
        (
            -2875,
            {"back_coin": 5, "credit": 1001},
            -2876,
        ),  # 10.01 as store credit, 18.74 as 18.75 in cash
        (-1, {"credit": 1, "money": False}, -1),
        (3, {"money": False}, 5),
    ],
)
def test_what_is_due_in_coins_of_five(balance: int, known: dict[str, Any], expected: int) -> None:
    assert due(balance, 5, **known) == expected


# --- orders ---------------------------------------------------------------------------------------


def an_order(price: int, method: str = CASH, quantity: int = 2) -> Order:
    """Two pieces at that price in Swiss francs, with tax, to be paid by a method."""
    placed = try_to_place(
        a_product(price=price, currency="CHF"),
        shop=SWISS,
        currency="CHF",
        payment_method=method,
        lines=[{"sku": "MUG-BLUE", "quantity": quantity}],
        carrier="Post",
        shipping_price={"amount": 0, "currency": "CHF"},
        shipping_tax_rate=None,
        total={"amount": quantity * price, "currency": "CHF"},
        initial_state="awaiting_cod",
    )
    assert isinstance(placed, Placed), placed
    return placed.order


def paper(events: Any, kind: type[InvoiceIssued] | type[CreditSlipIssued]) -> DocumentSnapshot:
    return next(event.document for event in events if isinstance(event, kind))


def said(document: DocumentSnapshot) -> tuple[int, int | None, int | None]:
    """Return total, rounding and amount due of a document."""
    rounding, rest = document.cash_rounding, document.due
    return (
        document.gross.amount,
        rounding.amount if rounding else None,
        rest.amount if rest else None,
    )


def refunded(order: Order, pieces: int, **options: Any) -> Refunded:
    lines = [{"line": 1, "quantity": pieces}] if pieces else []
    found = try_to_refund(order, "partial", lines=lines, **options)
    assert isinstance(found, Refunded), found
    return found


@pytest.mark.parametrize(("price", "rounding"), [(1436, -2), (1434, 2), (1435, None)])
def test_an_invoice_says_total_rounding_and_what_is_due(price: int, rounding: int | None) -> None:
    order = an_order(price)
    invoice = paper(move(order, "processing").events, InvoiceIssued)
    assert said(invoice) == (2 * price, rounding, 2870)
    assert order.due == 2870
    assert order.amount.gross == 2 * price
    settled = pay_in_francs(order, 2870)
    assert (settled.due, settled.balance) == (0, -(rounding or 0))


def test_what_is_paid_otherwise_is_not_rounded() -> None:
    order = an_order(1436, CARD)
    assert (order.due, order.coin) == (2872, 1)
    assert said(paper(move(order, "processing").events, InvoiceIssued)) == (2872, None, 2872)


def test_an_order_keeps_its_coin() -> None:
    order = an_order(1436)
    assert replace(order, shop=SHOP).due == 2870


def test_a_state_that_pays_the_rest_pays_it_in_coins() -> None:
    moved = move(an_order(1436), "payment_accepted", force=True, reason="paid at the door")
    assert [payment.amount.amount for payment in moved.order.payments] == [2870]
    assert moved.order.due == 0
    assert said(paper(moved.events, InvoiceIssued)) == (2872, -2, 0)


def test_refunds_of_a_paid_order_come_in_coins_and_add_up_to_what_was_paid() -> None:
    order = move(an_order(1436), "payment_accepted", force=True, reason="paid at the door").order
    first = refunded(order, 1)
    second = refunded(first.order, 1)
    slips = [paper(each.events, CreditSlipIssued) for each in (first, second)]
    assert [each.refund.money for each in (first, second)] == [1435, 1435]
    assert [
        (slip.gross.amount, slip.cash_rounding and slip.cash_rounding.amount) for slip in slips
    ] == [
        (1436, -1),
        (1436, -1),
    ]
    assert [(slip.paid_back and slip.paid_back.amount) for slip in slips] == [1435, 1435]
    assert (second.order.due, second.order.refund_due) == (0, 2870)


def test_a_slip_says_what_is_paid_back_when_the_total_was_rounded() -> None:
    """41.72 were paid as 41.70: of pieces for 12.97, 12.95 are paid back, and nothing is left to be
    paid.
    """
    order = move(an_order(2086), "payment_accepted", force=True, reason="paid at the door").order
    first = try_to_refund(order, "partial", lines=[{"line": 1, "amount": euro(1297)}])
    assert isinstance(first, Refunded), first
    slip = paper(first.events, CreditSlipIssued)
    assert first.refund.money == 1295
    assert (
        slip.cash_rounding and slip.cash_rounding.amount,
        slip.paid_back and slip.paid_back.amount,
    ) == (
        -2,
        1295,
    )


@pytest.mark.parametrize("price", [1434, 1436])
def test_the_rounding_of_a_refund_is_no_amount_that_had_not_been_paid(price: int) -> None:
    order = move(an_order(price), "payment_accepted", force=True, reason="paid at the door").order
    done = refunded(order, 1)
    assert done.refund.money == 1435
    assert refund_view(done.order, done.refund).settled.amount == 0


def test_of_an_order_that_nobody_paid_all_is_settled() -> None:
    done = refunded(move(move(an_order(1435), "processing").order, "shipped").order, 1)
    assert (done.refund.money, refund_view(done.order, done.refund).settled.amount) == (0, 1435)


def test_as_store_credit_they_come_to_what_was_paid() -> None:
    order = move(an_order(1434), "payment_accepted", force=True, reason="paid at the door").order
    whole = refunded(order, 2, to_store_credit=True)
    assert (whole.refund.repaid, whole.order.balance) == (
        2870,
        0,
    )  # 28.68 were rounded up to 28.70, and paid


def test_a_cancelled_order_gives_back_what_was_paid() -> None:
    order = move(an_order(1436), "payment_accepted", force=True, reason="paid at the door").order
    moved = move(order, "cancelled")
    assert (moved.order.refund_due, moved.order.due) == (2870, 0)
    slip = paper(moved.events, CreditSlipIssued)
    assert (slip.gross.amount, slip.cash_rounding and slip.cash_rounding.amount) == (2872, -2)


def test_a_slip_cancels_the_rounding_of_the_invoice_that_is_issued_anew() -> None:
    order = move(an_order(1436), "processing").order
    _, slip, invoice = replaced(order, order, Numbers(), NOON, "")
    assert [
        (each.event.document.gross.amount, each.event.document.cash_rounding)  # type: ignore[attr-defined]
        for each in (slip, invoice)
    ] == [
        (2872, order.money(-2)),
        (2872, order.money(-2)),
    ]


def test_an_order_paid_to_the_cent_by_card_gets_every_cent_back() -> None:
    order = pay_in_francs(an_order(1436), 2872, CARD)
    assert order.due == 0
    moved = move(order, "cancelled", force=True, reason="changed their mind")
    assert (moved.order.refund_due, moved.order.due) == (2872, 0)


@given(
    some.integers(10, 10**5),
    some.integers(1, 6),
    some.sampled_from([CASH, CARD]),
    some.booleans(),
    some.lists(some.tuples(some.integers(1, 3), some.booleans()), max_size=4),
)
def test_whatever_the_way_back_all_that_was_paid_comes_back(
    price: int, quantity: int, method: str, exact: bool, parts: list[tuple[int, bool]]
) -> None:
    order = an_order(price, quantity=quantity)
    paid = order.amount.gross if exact and method == CARD else order.due
    order = pay_in_francs(order, paid, method) if paid else order
    left = quantity
    for pieces, to_credit in [*parts, (quantity, False)]:
        if not left:
            break
        taken = min(pieces, left)
        done = refunded(order, taken, to_store_credit=to_credit)
        assert to_credit or method == CARD or done.refund.money % 5 == 0
        order, left = done.order, left - taken
        assert order.due == 0
    assert order.repaid == paid


def pay_in_francs(order: Order, amount: int, method: str = CASH) -> Order:
    paid = pay(replace(order, currency="EUR"), amount)
    last = paid.payments[-1].model_copy(update={"amount": order.money(amount), "method": method})
    return replace(paid, currency="CHF", payments=(*paid.payments[:-1], last))


def test_a_summary_says_it_too() -> None:
    event: Any = issue(an_order(1436), "order_summary", "XKBKNABJK", NOON).event
    assert said(event.document) == (2872, -2, 2870)


# --- the service ----------------------------------------------------------------------------------


def test_a_shop_names_its_coins_and_an_order_keeps_its_own(shop: Storefront) -> None:
    cash = {"name": CASH, "cash": True}
    put: dict[str, Any] = {"payment_methods": [cash], "coins": [{"amount": 5, "currency": "CHF"}]}
    assert shop.tell("shop.put", samples.PUT_SHOP | put)[0].data["coins"] == put["coins"]
    shop.tell(
        "product.put",
        changed(samples.PUT_PRODUCT, sku="FONDUE", price={"amount": 1436, "currency": "CHF"}),
    )
    shop.tell("stock.set", {"sku": "FONDUE", "quantity": 9})
    wanted: dict[str, Any] = {
        "lines": [{"sku": "FONDUE", "quantity": 2}],
        "currency": "CHF",
        "carrier": "Post",
        "shipping_price": {"amount": 0, "currency": "CHF"},
        "shipping_tax_rate": None,
        "payment_method": CASH,
        "total": {"amount": 2872, "currency": "CHF"},
        "initial_state": "awaiting_cod",
    }
    query = {
        "lines": wanted["lines"],
        "currency": "CHF",
        "carrier": wanted["carrier"],
        "shipping_price": wanted["shipping_price"],
        "payment_method": CASH,
    }
    shown = shop.desk.ask("cart.price", query, shop=shop.shop).data
    assert (shown["total"]["amount"], shown["to_pay"]["amount"]) == (2872, 2870)
    order_id = shop.place(**wanted)
    assert shop.order(order_id)["due"] == {"amount": 2870, "currency": "CHF"}
    shop.tell("shop.put", {"coins": []})
    moved = shop.move(order_id, "payment_accepted", force=True, reason="paid at the door")
    document = next(each.data["document"] for each in moved if each.name == "invoice.issued")
    assert (document["due"]["amount"], document["cash_rounding"]["amount"]) == (0, -2)
    assert document["payments"][0]["amount"]["amount"] == 2870
    back = shop.tell(
        "refund.create", a_refund(order_id, kind="partial", lines=[{"line": 1, "quantity": 2}])
    )
    assert (
        next(each.data["amount"]["amount"] for each in back if each.name == "payment.refund_due")
        == 2870
    )
    assert shop.order(order_id)["due"]["amount"] == 0
