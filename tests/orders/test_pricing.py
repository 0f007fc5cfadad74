"""Prices of orders: all totals agree to the minor unit, for any lines, rates and currency."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as some

from services.orders.domain.documents import issue
from services.orders.domain.money import rounded
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge, by_rate, priced, total, unit_prices
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.words import NOON, a_placed_order, a_product

thorough = settings(max_examples=100)
RATES = ["0", "5.5", "7", "8.1", "9", "19", "19.6", "19.60", "20", "21.2501", "100"]
HIGHEST_PRICE = {
    "JPY": 10**7,
    "EUR": 10**8,
    "KWD": 10**9,
    "IRR": 10**10,
}  # 0, 2 and 3 decimals; large


@dataclass(frozen=True)
class Sale:
    """A sale: price, quantity and rate of each line; price and rate of the shipping."""

    currency: str
    prices: str
    lines: tuple[tuple[int, int, str], ...]
    shipping: tuple[int, str]

    def total(self) -> int:
        """Compute the total independently of the tested code: the tax of each rate, rounded once,
        on the stated amounts.
        """
        stated: dict[Fraction, int] = defaultdict(int)
        for price, quantity, rate in (*self.lines, (self.shipping[0], 1, self.shipping[1])):
            stated[Fraction(rate)] += price * quantity
        taxes = [rounded(amount * rate / 100) for rate, amount in stated.items()]
        return sum(stated.values()) + (sum(taxes) if self.prices == "tax_excluded" else 0)

    def order(self) -> Order:
        """The order as it is placed, each line a product of its own."""
        products = [
            a_product(f"P{number}", price, rate, self.currency)
            for number, (price, _, rate) in enumerate(self.lines)
        ]
        return a_placed_order(
            *products,
            stock=1000,
            currency=self.currency,
            prices=self.prices,
            lines=[
                {"sku": f"P{number}", "quantity": quantity}
                for number, (_, quantity, _) in enumerate(self.lines)
            ],
            carrier="Swift Post",
            shipping_price={"amount": self.shipping[0], "currency": self.currency},
            shipping_tax_rate=self.shipping[1],
            total={"amount": self.total(), "currency": self.currency},
        )


@some.composite
def sales(draw: some.DrawFn) -> Sale:
    currency = draw(some.sampled_from(sorted(HIGHEST_PRICE)))
    price, rate = some.integers(0, HIGHEST_PRICE[currency]), some.sampled_from(RATES)
    line = some.tuples(price, some.integers(1, 1000), rate)
    lines = draw(some.lists(line, min_size=1, max_size=12))
    prices = draw(some.sampled_from(["tax_included", "tax_excluded"]))
    return Sale(currency, prices, tuple(lines), draw(some.tuples(price, rate)))


def charges(order: Order) -> list[Charge]:
    return [*(line.charge for line in order.lines), order.shipping]


@thorough
@given(sales())
def test_an_order_costs_what_its_lines_and_its_shipping_cost(sale: Sale) -> None:
    order = sale.order()
    assert total(charge.amount for charge in charges(order)) == order.amount
    assert order.amount.gross == sale.total()


@thorough
@given(sales())
def test_the_tax_table_adds_up_to_the_totals(sale: Sale) -> None:
    order = sale.order()
    assert total(by_rate(charges(order)).values()) == order.amount


@thorough
@given(sales())
def test_the_stated_side_of_a_line_is_never_touched(sale: Sale) -> None:
    for charge in charges(sale.order()):
        assert charge.stated == (
            charge.amount.gross if sale.prices == "tax_included" else charge.amount.net
        )


@thorough
@given(sales())
def test_nothing_is_negative(sale: Sale) -> None:
    assert all(
        charge.amount.net >= 0 and charge.amount.tax >= 0 for charge in charges(sale.order())
    )


@thorough
@given(sales())
def test_a_line_bears_its_part_of_the_tax_of_its_rate(sale: Sale) -> None:
    order = sale.order()
    for rate, amount in by_rate(charges(order)).items():
        group = [charge for charge in charges(order) if charge.rate == rate]
        stated = sum(charge.stated for charge in group)
        for charge in group:
            proportion = Fraction(amount.tax * charge.stated, stated or 1)
            assert abs(charge.amount.tax - proportion) < 1


@thorough
@given(sales(), some.randoms())
def test_the_order_of_the_lines_does_not_change_the_tax_table(sale: Sale, chance: Random) -> None:
    order = sale.order()
    mixed = charges(order)
    chance.shuffle(mixed)
    assert by_rate(priced(mixed, order.prices)) == by_rate(charges(order))


@thorough
@given(sales())
def test_an_invoice_adds_up_like_its_order(sale: Sale) -> None:
    order = sale.order()
    event: Any = issue(order, "invoice", "IN000001", NOON).event
    document: DocumentSnapshot = event.document
    printed: list[Any] = [*document.lines, document.shipping_tax]
    assert all(
        part.net.amount + part.tax.amount == part.gross.amount
        for part in [*printed, *document.taxes, document]
    )
    for side in ("net", "tax", "gross"):
        whole = getattr(document, side).amount
        assert sum(getattr(part, side).amount for part in printed) == whole
        assert sum(getattr(row, side).amount for row in document.taxes) == whole
        assert getattr(order.amount, side) == whole


def test_taxes_are_rounded_once_per_rate_and_not_per_line() -> None:
    lines = [Charge(price=99, quantity=1, rate=Decimal("19.6")) for _ in range(3)]
    assert [charge.amount.tax for charge in priced(lines, "tax_excluded")] == [20, 19, 19]


def test_shipping_shares_the_tax_row_of_its_rate() -> None:
    order = a_placed_order()
    assert by_rate(charges(order)) == {Decimal(19): Amount(2412, 458)}


def test_the_same_rate_written_differently_is_one_row() -> None:
    same = [Charge(100, 1, Decimal("19.6")), Charge(100, 1, Decimal("19.60"))]
    assert len(by_rate(priced(same, "tax_included"))) == 1


def test_the_highest_rate_stands_first() -> None:
    mixed = [Charge(100, 1, Decimal(rate)) for rate in ("7", "19", "0")]
    assert list(by_rate(priced(mixed, "tax_included"))) == [19, 7, 0]


@pytest.mark.parametrize(
    ("prices", "pair"), [("tax_included", (1000, 1190)), ("tax_excluded", (1190, 1416))]
)
def test_a_unit_is_printed_with_both_its_prices(prices: str, pair: tuple[int, int]) -> None:
    assert unit_prices(Charge(1190, 2, Decimal(19)), prices) == pair  # type: ignore[arg-type]
