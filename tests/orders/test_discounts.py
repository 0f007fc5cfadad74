"""Amounts of discounts are shown, printed and stored exactly."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, strategies as st

from services.orders.domain.discounts import Discount, amounts
from services.orders.domain.documents import issue
from services.orders.domain.order import Order
from services.orders.domain.order_views import line_views, summary
from services.orders.domain.pricing import Charge, by_rate, priced, total
from services.orders.work import Work
from shared.contracts.orders import InvoiceIssued, Rounding
from tests.orders.words import MUG, NOON, TEA, Storefront, a_placed_order, a_product
from tests.words import ServiceHarness

TEN_PERCENT, FREE = UUID(int=1), UUID(int=2)
TEA_PRODUCT = a_product(TEA, 899, "7", en="Tea, 250 g")
LINES = [{"sku": MUG, "quantity": 2}, {"sku": TEA, "quantity": 3}]
MODES = ("half_up", "half_down", "half_even", "half_odd", "up", "down")


def discounted(order: Order) -> Order:
    """With ten percent off the products, and shipping free."""
    percent = Discount(TEN_PERCENT, "Ten percent", "percent", Decimal(10), "TEN", (238, 270))
    free = Discount(FREE, "No shipping", "free_shipping", Decimal(0), "", (), 490)
    *lines, shipping = priced(
        [replace(line.charge, off=off) for line, off in zip(order.lines, (238, 270), strict=True)]
        + [replace(order.shipping, off=490)],
        order.prices,
        order.rounding,
    )
    sold = [replace(line, charge=charge) for line, charge in zip(order.lines, lines, strict=True)]
    return replace(order, lines=tuple(sold), shipping=shipping, discounts=(percent, free))


def two_rates() -> Order:
    return discounted(a_placed_order(a_product(), TEA_PRODUCT, lines=LINES, total__amount=5567))


def test_what_is_to_be_paid_is_less() -> None:
    assert two_rates().amount.gross == 2380 - 238 + 2697 - 270


def test_the_summary_and_the_lines_say_what_was_taken_off() -> None:
    order = two_rates()
    assert [(each.name, each.off.amount) for each in summary(order).discounts] == [
        ("Ten percent", 508),
        ("No shipping", 490),
    ]
    assert [
        (view.line, view.total.amount, view.off.amount) for view in line_views(order) if view.off
    ] == [
        (1, 2380, 238),
        (2, 2697, 270),
    ]


def test_an_invoice_prints_lines_after_discounts_and_what_those_are() -> None:
    event = issue(two_rates(), "invoice", "IN000001", NOON).event
    assert isinstance(event, InvoiceIssued)
    paper = event.document
    assert [line.gross.amount for line in paper.lines] == [2142, 2427]
    assert [line.unit_gross.amount for line in paper.lines] == [1190, 899]
    assert [(each.name, each.code, each.gross.amount) for each in paper.discounts] == [
        ("Ten percent", "TEN", 508),
        ("No shipping", "", 490),
    ]
    assert paper.shipping_tax.gross.amount == 0
    assert sum(row.gross.amount for row in paper.taxes) == paper.gross.amount == 4569


def test_a_line_without_pieces_is_kept_and_shown_nowhere() -> None:
    order = two_rates()
    mug, tea = order.lines
    order = replace(order, lines=(replace(mug, charge=Charge(1190, 0, mug.charge.rate)), tea))
    assert [view.line for view in line_views(order)] == [2]
    document = issue(order, "delivery_slip", "DE000001", NOON).event.document  # type: ignore[attr-defined]
    assert [(line.line, line.sku) for line in document.lines] == [(2, TEA)]


def test_one_that_was_taken_back_counts_no_more() -> None:
    discount = Discount(TEN_PERCENT, "Ten percent", "percent", Decimal(10), "", (238, 270), 49)
    gone = replace(discount, active=False)
    assert (discount.off, discount.of_line(1), discount.of_line(2), discount.of_shipping) == (
        557,
        270,
        0,
        49,
    )
    assert (gone.off, gone.of_line(1), gone.of_shipping) == (0, 0, 0)


charges = st.lists(
    st.tuples(
        st.integers(1, 10**9),
        st.integers(1, 100),
        st.sampled_from(["0", "5.5", "7", "19", "19.6"]),
        st.integers(0, 100),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=6,
)


@given(
    charges,
    st.sampled_from(["tax_included", "tax_excluded"]),
    st.sampled_from(MODES),
    st.sampled_from(["item", "line", "total"]),
)
def test_what_all_take_off_is_what_is_missing_from_the_price(
    drawn: Any, prices: Any, mode: Any, per: Any
) -> None:
    rounding = Rounding(mode=mode, per=per)
    plain = [Charge(price, quantity, Decimal(rate)) for price, quantity, rate, _, _ in drawn]
    one = tuple(charge.stated * row[3] // 200 for charge, row in zip(plain, drawn, strict=True))
    two = tuple(charge.stated * row[4] // 200 for charge, row in zip(plain, drawn, strict=True))
    given_ = [
        Discount(uuid4(), "one", "percent", Decimal(1), "", one[:-1], one[-1]),
        Discount(uuid4(), "two", "amount", Decimal(1), "", two[:-1], two[-1]),
    ]
    less = [
        replace(charge, off=first + second)
        for charge, first, second in zip(plain, one, two, strict=True)
    ]
    before, after = priced(plain, prices, rounding), priced(less, prices, rounding)
    taken = amounts(after, given_, prices, rounding)
    assert total(x.amount for x in after) + total(taken) == total(x.amount for x in before)
    assert total(by_rate(after).values()) == total(x.amount for x in after)


def test_lines_and_discounts_are_kept_as_they_become(
    orders: ServiceHarness, shop: Storefront
) -> None:
    order_id = UUID(shop.place())
    with orders.engine.begin() as connection:
        work = Work(connection)
        order = work.orders.get(order_id)
        assert order is not None
        (mug,) = order.lines
        discount = Discount(
            TEN_PERCENT, "Ten percent", "percent", Decimal("10.5"), "TEN", (250,), 3
        )
        lines = (replace(mug, charge=replace(mug.charge, quantity=1, off=250)), mug)
        changed = replace(
            order, lines=lines, discounts=(discount,), shipping=replace(order.shipping, off=3)
        )
        work.orders.save(order_id, changed)
        work.keep()
        work.write()
    with orders.engine.begin() as connection:
        assert Work(connection).orders.get(order_id) == changed
    with orders.engine.begin() as connection:
        work = Work(connection)
        gone = replace(changed, discounts=(replace(discount, active=False),))
        work.orders.get(order_id)
        work.orders.save(order_id, gone)
        work.keep()
        work.write()
    with orders.engine.begin() as connection:
        assert Work(connection).orders.get(order_id) == gone
