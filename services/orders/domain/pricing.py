"""What an order costs: tax is computed once per rate and shared among the lines, so every sum agrees to the cent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from services.orders.domain.money import share, tax_in, tax_on

Prices = Literal["tax_included", "tax_excluded"]


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


@dataclass(frozen=True)
class Charge:
    """Something that is paid for: `price` per unit, with or without tax as the order says; `rate` in percent."""

    price: int
    quantity: int
    rate: Decimal
    amount: Amount = Amount()

    @property
    def stated(self) -> int:
        """The total as it is stated: with tax, or without."""
        return self.price * self.quantity


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return sum(amounts, Amount())


def priced(charges: Sequence[Charge], prices: Prices) -> list[Charge]:
    """The charges with their amounts. The tax of each rate is rounded once, on the sum of that rate."""
    found = list(charges)
    for rate, indexes in _by_rate(charges).items():
        stated = [charges[index].stated for index in indexes]
        tax = tax_in(sum(stated), rate) if prices == "tax_included" else tax_on(sum(stated), rate)
        for index, part in zip(indexes, share(tax, stated), strict=True):
            net = charges[index].stated - (part if prices == "tax_included" else 0)
            found[index] = replace(charges[index], amount=Amount(net, part))
    return found


def by_rate(charges: Sequence[Charge]) -> dict[Decimal, Amount]:
    """The tax table: the sums of each rate, highest rate first."""
    groups = _by_rate(charges)
    return {rate: total(charges[index].amount for index in groups[rate]) for rate in sorted(groups, reverse=True)}


def unit_prices(charge: Charge, prices: Prices) -> tuple[int, int]:
    """One unit without and with tax, for print; the other side of the stated price is rounded."""
    if prices == "tax_included":
        return charge.price - tax_in(charge.price, charge.rate), charge.price
    return charge.price, charge.price + tax_on(charge.price, charge.rate)


def _by_rate(charges: Sequence[Charge]) -> dict[Decimal, list[int]]:
    groups: dict[Decimal, list[int]] = defaultdict(list)
    for index, charge in enumerate(charges):
        groups[charge.rate].append(index)
    return groups
