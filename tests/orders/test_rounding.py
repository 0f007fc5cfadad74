"""Rounding as a shop wants it: six modes, per item, line or rate; every sum agrees to the minor
unit in all of them.
"""

from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given, settings, strategies as some

from services.documents.domain.snapshot_checks import objection
from services.orders.domain.documents import issue
from services.orders.domain.money import rounded, tax_in, tax_on
from services.orders.domain.order import Order
from services.orders.domain.pricing import Charge, Prices, by_rate, priced, total, unit_prices
from shared.contracts import samples
from shared.contracts.orders import Rounding, RoundingMode
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.test_pricing import Sale, sales
from tests.orders.words import NOON, SHOP, Storefront, a_placed_order, a_product, rows
from tests.words import an_order, changed

MODES: tuple[RoundingMode, ...] = get_args(RoundingMode)
PER = ("item", "line", "total")
JUDGES = {  # of another house
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}
thorough = settings(max_examples=100)
modes = some.sampled_from(MODES)
roundings = some.builds(Rounding, mode=modes, per=some.sampled_from(PER))
both: tuple[Prices, ...] = ("tax_included", "tax_excluded")


def order_of(sale: Sale, rounding: Rounding) -> Order:
    """The sale as a shop with this rounding places it; the total follows from the prices."""
    lines = [*sale.lines, (sale.shipping[0], 1, sale.shipping[1])]
    charges = [Charge(price, quantity, Decimal(rate)) for price, quantity, rate in lines]
    whole = total(charge.amount for charge in priced(charges, sale.prices, rounding))  # type: ignore[arg-type]
    return a_placed_order(
        *(
            a_product(f"P{number}", price, rate, sale.currency)
            for number, (price, _, rate) in enumerate(sale.lines)
        ),
        shop=replace(SHOP, rounding=rounding),
        stock=1000,
        currency=sale.currency,
        prices=sale.prices,
        lines=[
            {"sku": f"P{number}", "quantity": quantity}
            for number, (_, quantity, _) in enumerate(sale.lines)
        ],
        carrier="Swift Post",
        shipping_price={"amount": sale.shipping[0], "currency": sale.currency},
        shipping_tax_rate=sale.shipping[1],
        total={"amount": whole.gross, "currency": sale.currency},
    )


def charges_of(order: Order) -> list[Charge]:
    return [*(line.charge for line in order.lines), order.shipping]


# --- one number -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "whole"),
    [
        ("half_up", [0, 1, 1, 2, 2, 3, 3]),
        ("half_down", [0, 0, 1, 1, 2, 2, 3]),
        ("half_even", [0, 0, 1, 2, 2, 2, 3]),
        ("half_odd", [0, 1, 1, 1, 2, 3, 3]),
        ("up", [0, 1, 1, 2, 2, 3, 3]),
        ("down", [0, 0, 1, 1, 2, 2, 3]),
    ],
)
def test_a_half_goes_where_the_mode_says(mode: RoundingMode, whole: list[int]) -> None:
    assert [rounded(Fraction(half, 2), mode) for half in range(7)] == whole


@given(some.decimals(-(10**9), 10**9, places=3), some.sampled_from(sorted(JUDGES)))
def test_the_standard_library_rounds_alike(value: Decimal, mode: Any) -> None:
    assert rounded(value, mode) == int(value.quantize(Decimal(1), rounding=JUDGES[mode]))


@given(some.fractions(), modes)
def test_a_credit_is_rounded_as_its_invoice_in_every_mode(
    value: Fraction, mode: RoundingMode
) -> None:
    assert rounded(-value, mode) == -rounded(value, mode)
    assert abs(rounded(value, mode) - value) < 1


@given(some.integers(), modes)
def test_what_is_whole_stays(value: int, mode: RoundingMode) -> None:
    assert rounded(Fraction(value), mode) == value


@given(some.integers(0, 10**16), some.decimals(0, 100, places=4), modes)
def test_a_tax_is_never_negative_and_never_more_than_the_price(
    amount: int, rate: Decimal, mode: RoundingMode
) -> None:
    assert 0 <= tax_in(amount, rate, mode) <= amount
    assert tax_on(amount, rate, mode) >= 0


# --- an order -------------------------------------------------------------------------------------


@thorough
@given(sales(), roundings)
def test_every_sum_of_an_order_agrees(sale: Sale, rounding: Rounding) -> None:
    order = order_of(sale, rounding)
    assert total(charge.amount for charge in charges_of(order)) == order.amount
    assert total(by_rate(charges_of(order)).values()) == order.amount
    for charge in charges_of(order):
        assert charge.stated == (
            charge.amount.gross if sale.prices == "tax_included" else charge.amount.net
        )
        assert charge.amount.net >= 0 <= charge.amount.tax


@thorough
@given(sales(), roundings)
def test_its_documents_find_nothing_to_object_to(sale: Sale, rounding: Rounding) -> None:
    order = order_of(sale, rounding)
    for kind in ("invoice", "delivery_slip"):
        event: Any = issue(order, kind, "N1", NOON).event
        document: DocumentSnapshot = event.document
        assert objection(document, kind) is None


@thorough
@given(sales(), modes)
def test_each_item_bears_the_tax_that_is_printed_beside_it(sale: Sale, mode: RoundingMode) -> None:
    order = order_of(sale, Rounding(mode=mode, per="item"))
    for charge in charges_of(order):
        net, gross = unit_prices(charge, order.prices, order.rounding)
        assert (charge.amount.net, charge.amount.gross) == (
            net * charge.quantity,
            gross * charge.quantity,
        )


@thorough
@given(sales(), modes)
def test_each_line_bears_the_tax_of_its_own_sum(sale: Sale, mode: RoundingMode) -> None:
    order = order_of(sale, Rounding(mode=mode, per="line"))
    reckon = tax_in if sale.prices == "tax_included" else tax_on
    assert all(x.amount.tax == reckon(x.stated, x.rate, mode) for x in charges_of(order))


@thorough
@given(sales(), modes)
def test_each_rate_bears_the_tax_of_its_own_sum(sale: Sale, mode: RoundingMode) -> None:
    order = order_of(sale, Rounding(mode=mode, per="total"))
    for rate, amount in by_rate(charges_of(order)).items():
        stated = sum(charge.stated for charge in charges_of(order) if charge.rate == rate)
        assert amount.tax == (tax_in if sale.prices == "tax_included" else tax_on)(
            stated, rate, mode
        )


@pytest.mark.parametrize(("per", "tax"), [("item", 60), ("line", 58), ("total", 57)])
def test_what_is_rounded_makes_the_difference(per: Any, tax: int) -> None:
    lines = [Charge(99, 3, Decimal("9.6")), Charge(99, 3, Decimal("9.6"))]
    found = priced(lines, "tax_excluded", Rounding(mode="half_down", per=per))
    assert total(charge.amount for charge in found).tax == tax


# --- a shop ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "per", "prices"), list(product(MODES, PER, both)))
def test_an_order_keeps_the_rounding_of_its_shop_for_good(
    shop: Storefront, mode: RoundingMode, per: Any, prices: Prices
) -> None:
    wanted = Rounding(mode=mode, per=per)
    shop.tell("shop.put", changed(samples.PUT_SHOP, rounding=wanted.model_dump()))
    charges = [Charge(1190, 3, Decimal(19)), Charge(490, 1, Decimal(19))]
    whole = total(charge.amount for charge in priced(charges, prices, wanted)).gross
    order_id = shop.place(
        prices=prices, lines=[{"sku": "MUG-BLUE", "quantity": 3}], total__amount=whole
    )
    shop.tell("shop.put", samples.PUT_SHOP)
    order = shop.order(order_id)
    assert order["rounding"] == wanted.model_dump()
    (row,) = rows(shop.desk.engine, "orders", shop=shop.shop)
    assert (row.rounding_mode, row.rounding_per, row.net + row.tax) == (mode, per, whole)
    told = next(
        each for each in shop.move(order_id, "payment_accepted") if each.name == "invoice.issued"
    )
    document = DocumentSnapshot.model_validate(told.data["document"])
    assert (document.gross.amount, objection(document, "invoice")) == (whole, None)


def test_the_total_that_the_customer_is_shown_must_be_rounded_alike(shop: Storefront) -> None:
    lines = [{"sku": "MUG-BLUE", "quantity": 3}]
    data = an_order(prices="tax_excluded", lines=lines, total__amount=4831)
    shop.tell("shop.put", changed(samples.PUT_SHOP, rounding={"mode": "up", "per": "item"}))
    refused = shop.refusal("order.place", data)
    assert (refused["code"], refused["details"]["computed"]["amount"]) == (
        "total_differs",
        3 * 1417 + 584,
    )
