"""Prices and taxes of an order.

Each charge bears whole minor units of tax, and every total is the sum of those, so that all totals
agree to the cent.
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
DEFAULT_ROUNDING = Rounding()


@dataclass(frozen=True)
class Amount:
    """An amount in minor units; `net + tax` is `gross`."""

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
    """An item with a price: a line, or the shipping.

    `price` per unit includes tax or not, as the order's `prices` say; `rate` is in percent; `off`
    is the sum of the discounts.
    """

    price: int
    quantity: int
    rate: Decimal
    amount: Amount = Amount()
    off: int = 0

    @property
    def stated(self) -> int:
        """Return the total before discounts, with or without tax as the order's prices are."""
        return self.price * self.quantity

    @property
    def after_discounts(self) -> int:
        return self.stated - self.off


@dataclass(frozen=True)
class TaxedPrice:
    """The price and the tax rate that an item of an exempt order would have with tax."""

    price: int
    rate: Decimal


def without_tax(price: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    """Return the price in an exempt order; the net price stays the same."""
    if prices == "tax_excluded":
        return price
    return price - tax_in(price, rate, rounding.mode)


def with_tax(price: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    """Return the price in a taxed order for a price of an exempt order."""
    if prices == "tax_excluded":
        return price
    return price + tax_on(price, rate, rounding.mode)


def taxed_for_net(
    taxed: TaxedPrice | None, net: int | None, prices: Prices, rounding: Rounding
) -> TaxedPrice | None:
    """Return the taxed price for a new net price, at the same rate."""
    if taxed is None or net is None:
        return taxed
    return TaxedPrice(with_tax(net, taxed.rate, prices, rounding), taxed.rate)


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts."""
    return sum(amounts, Amount())


def next_part(whole: Amount, before: int, gross: int) -> Amount:
    """Return the next part, of `gross`, of an amount that `before` (gross) was taken from already.

    All parts together have exactly the tax of the whole.
    """
    if not whole.gross:
        return Amount(gross, 0)

    def tax_of(first: int) -> int:
        return rounded(Fraction(whole.tax * first, whole.gross))

    tax = tax_of(before + gross) - tax_of(before)
    return Amount(gross - tax, tax)


def priced(
    charges: Sequence[Charge], prices: Prices, rounding: Rounding = DEFAULT_ROUNDING
) -> list[Charge]:
    """Return the charges with their amounts computed."""
    found = []
    for charge, tax in zip(charges, _taxes(charges, prices, rounding), strict=True):
        net = charge.after_discounts
        if prices == "tax_included":
            net -= tax
        found.append(replace(charge, amount=Amount(net, tax)))
    return found


def _taxes(charges: Sequence[Charge], prices: Prices, rounding: Rounding) -> list[int]:
    if rounding.per == "item":
        return [_tax_per_item(charge, prices, rounding) for charge in charges]
    if rounding.per == "line":
        return [_tax_of_line(charge, prices, rounding) for charge in charges]
    taxes = [0] * len(charges)
    for rate, indexes in _indexes_by_rate(charges).items():
        stated = [charges[index].after_discounts for index in indexes]
        whole = _tax(sum(stated), rate, prices, rounding)
        for index, part in zip(indexes, share(whole, stated), strict=True):
            taxes[index] = part
    return taxes


def _tax_per_item(charge: Charge, prices: Prices, rounding: Rounding) -> int:
    if charge.off:
        return _tax_of_line(charge, prices, rounding)
    return _tax(charge.price, charge.rate, prices, rounding) * charge.quantity


def _tax_of_line(charge: Charge, prices: Prices, rounding: Rounding) -> int:
    return _tax(charge.after_discounts, charge.rate, prices, rounding)


def _tax(stated: int, rate: Decimal, prices: Prices, rounding: Rounding) -> int:
    if prices == "tax_included":
        return tax_in(stated, rate, rounding.mode)
    return tax_on(stated, rate, rounding.mode)


def by_rate(charges: Sequence[Charge]) -> dict[Decimal, Amount]:
    """Return the tax table: the sums of each rate, highest rate first."""
    sums: dict[Decimal, Amount] = defaultdict(Amount)
    for charge in charges:
        sums[charge.rate] += charge.amount
    return {rate: sums[rate] for rate in sorted(sums, reverse=True)}


def unit_prices(
    charge: Charge, prices: Prices, rounding: Rounding = DEFAULT_ROUNDING
) -> tuple[int, int]:
    """Return the price of one unit without and with tax, for print.

    The one that is not stated is rounded.
    """
    tax = _tax(charge.price, charge.rate, prices, rounding)
    if prices == "tax_included":
        return charge.price - tax, charge.price
    return charge.price, charge.price + tax


def _indexes_by_rate(charges: Sequence[Charge]) -> dict[Decimal, list[int]]:
    groups: dict[Decimal, list[int]] = defaultdict(list)
    for index, charge in enumerate(charges):
        groups[charge.rate].append(index)
    return groups
