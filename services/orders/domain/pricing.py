"""What an order costs. Each charge bears whole minor units of tax, every sum adds those: all agree
to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from services.orders.domain.money import rounded, share, tax_in, tax_on
from shared.contracts.orders import Rounding

Prices = Literal["tax_included", "tax_excluded"]
USUAL = Rounding()


@dataclass(frozen=True)
class Amount:
    """Minor units; `net + tax` is gross."""

    net: int = 0
    tax: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.net + other.net, self.tax + other.tax)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.net - other.net, self.tax - other.tax)


@dataclass(frozen=True)
class Charge:
    """Something that is paid for: `price` per unit, with or without tax as the order says; `rate`
    in percent.
    """

    price: int
    quantity: int
    rate: Decimal
    amount: Amount = Amount()
    off: int = 0

    @property
    def stated(self) -> int:
        """The total as it is stated: with tax, or without."""
        return self.price * self.quantity

    @property
    def left(self) -> int:
        """What is left of it after discounts."""
        return self.stated - self.off


@dataclass(frozen=True)
class Taxed:
    """The price and the rate that something has where it is taxed, of an order that is exempt."""

    price: int
    rate: Decimal


def without_tax(price: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    """Return the price in an order of which nothing is taxed: the net price stays."""
    return price - tax_in(price, rate, rounding.mode) if prices == "tax_included" else price


def with_tax(price: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    """Return the price that has this net price, in an order that is taxed."""
    return price + tax_on(price, rate, rounding.mode) if prices == "tax_included" else price


def taxed_at(
    taxed: Taxed | None, net: int | None, prices: Prices, rounding: Rounding
) -> Taxed | None:
    """Return what something costs where it is taxed, if it gets another net price."""
    if taxed is None or net is None:
        return taxed
    return Taxed(with_tax(net, taxed.rate, prices, rounding), taxed.rate)


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return sum(amounts, Amount())


def part(whole: Amount, before: int, gross: int) -> Amount:
    """Return so much of an amount, of which `before` was taken already: all parts add up to it."""

    def tax(upto: int) -> int:
        return rounded(Fraction(whole.tax * upto, whole.gross)) if whole.gross else 0

    taken = tax(before + gross) - tax(before)
    return Amount(gross - taken, taken)


def priced(charges: Sequence[Charge], prices: Prices, rounding: Rounding = USUAL) -> list[Charge]:
    """The charges with their amounts."""
    return [
        replace(charge, amount=Amount(charge.left - (tax if prices == "tax_included" else 0), tax))
        for charge, tax in zip(charges, _taxes(charges, prices, rounding), strict=True)
    ]


def _taxes(charges: Sequence[Charge], prices: Prices, rounding: Rounding) -> list[int]:
    if rounding.per == "item":
        return [_per_item(charge, prices, rounding) for charge in charges]
    if rounding.per == "line":
        return [_tax(charge.left, charge.rate, prices, rounding) for charge in charges]
    taxes = [0] * len(charges)
    for rate, indexes in _by_rate(charges).items():
        stated = [charges[index].left for index in indexes]
        whole = _tax(sum(stated), rate, prices, rounding)
        for index, part in zip(indexes, share(whole, stated), strict=True):
            taxes[index] = part
    return taxes


def _per_item(charge: Charge, prices: Prices, rounding: Rounding) -> int:
    if charge.off:
        return _tax(charge.left, charge.rate, prices, rounding)
    return _tax(charge.price, charge.rate, prices, rounding) * charge.quantity


def _tax(stated: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    return (tax_in if prices == "tax_included" else tax_on)(stated, rate, rounding.mode)


def by_rate(charges: Sequence[Charge]) -> dict[Decimal, Amount]:
    """The tax table: the sums of each rate, highest rate first."""
    groups = _by_rate(charges)
    return {
        rate: total(charges[index].amount for index in groups[rate])
        for rate in sorted(groups, reverse=True)
    }


def unit_prices(charge: Charge, prices: Prices, rounding: Rounding = USUAL) -> tuple[int, int]:
    """One unit without and with tax, for print; the other side of the stated price is rounded."""
    tax = _tax(charge.price, charge.rate, prices, rounding)
    return (
        (charge.price - tax, charge.price)
        if prices == "tax_included"
        else (charge.price, charge.price + tax)
    )


def _by_rate(charges: Sequence[Charge]) -> dict[Decimal, list[int]]:
    groups: dict[Decimal, list[int]] = defaultdict(list)
    for index, charge in enumerate(charges):
        groups[charge.rate].append(index)
    return groups
