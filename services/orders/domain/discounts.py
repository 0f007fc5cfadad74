"""Discounts of an order: what each takes off lines and shipping, in the order's kind of prices
(minor units).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.orders.domain.money import share
from services.orders.domain.pricing import Amount, Charge, Prices, priced
from shared.contracts.orders import DiscountKind, ProductChoice, Rounding


@dataclass(frozen=True)
class Scope:
    """The lines that a discount applies to. `lines` holds their numbers; None means every line,
    those added later too. `choices` decide whether a line that is added later belongs to them.
    `cheapest`: only one piece of the cheapest.
    """

    lines: tuple[int, ...] | None = None
    choices: tuple[ProductChoice, ...] = ()
    cheapest: bool = False

    def has(self, place: int) -> bool:
        """Return whether the line at a place (its number - 1) belongs to it."""
        return self.lines is None or place + 1 in self.lines


EVERYTHING = Scope()


@dataclass(frozen=True)
class Discount:
    """What is taken off. `value` is percent or minor units, as the kind says; `shares` are those of
    the lines, in their order (`discount_shares` computes them); `invoice`: the document that it was
    given for, else the whole order. One that was taken back is `active` no more. Once an invoice
    states it, `fixed` holds, for each line of that moment, its share and what the line was stated
    at.
    """

    discount_id: UUID
    name: str
    kind: DiscountKind
    value: Decimal
    code: str
    shares: tuple[int, ...]
    shipping_share: int = 0
    invoice: UUID | None = None
    active: bool = True
    scope: Scope = EVERYTHING
    fixed: tuple[tuple[int, int], ...] | None = None

    def of_line(self, place: int) -> int:
        """What it takes off a line."""
        return self.shares[place] if self.active and place < len(self.shares) else 0

    @property
    def of_shipping(self) -> int:
        """What it takes off the shipping."""
        return self.shipping_share if self.active else 0

    @property
    def off(self) -> int:
        """What it takes off in all."""
        return sum(self.of_line(place) for place in range(len(self.shares))) + self.of_shipping

    @property
    def lines(self) -> tuple[int, ...] | None:
        """Return the numbers of the lines that it may take something off; None means all, those
        added later too.
        """
        if self.kind == "free_shipping":
            return ()
        if self.fixed is None:
            return self.scope.lines
        return tuple(number for number, (part, _) in enumerate(self.fixed, start=1) if part)


def amounts(
    charges: Sequence[Charge], discounts: Sequence[Discount], prices: Prices, rounding: Rounding
) -> list[Amount]:
    """What each discount takes off, without and with tax: parts of what the charges (the shipping
    last) would cost more without any. They add up to that to the cent.
    """
    undiscounted = priced([Charge(x.price, x.quantity, x.rate) for x in charges], prices, rounding)
    sums = [Amount()] * len(discounts)
    for place, (before, after) in enumerate(zip(undiscounted, charges, strict=True)):
        last = place == len(charges) - 1
        weights = [each.of_shipping if last else each.of_line(place) for each in discounts]
        if any(weights):
            less = Amount(
                before.amount.net - after.amount.net, before.amount.tax - after.amount.tax
            )
            parts = zip(share(less.net, weights), share(less.tax, weights), strict=True)
            sums = [sum_ + Amount(net, tax) for sum_, (net, tax) in zip(sums, parts, strict=True)]
    return sums
