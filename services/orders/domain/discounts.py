"""Discounts of an order: the amount that each takes off the lines and the shipping.

Amounts are in minor units, with or without tax as the order's prices are.
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
    """The lines that a discount applies to.

    `lines` holds their numbers; None means every line, including lines added later. `choices`
    decide whether a line that is added later belongs to them. With `cheapest`, the discount applies
    to one piece of the cheapest line only.
    """

    lines: tuple[int, ...] | None = None
    choices: tuple[ProductChoice, ...] = ()
    cheapest: bool = False

    def has(self, index: int) -> bool:
        """Return whether the line at an index (its number - 1) is in the scope."""
        return self.lines is None or index + 1 in self.lines


EVERYTHING = Scope()


@dataclass(frozen=True)
class Discount:
    """A discount of an order.

    `value` is percent or minor units, as the kind says. `shares` are the amounts taken off the
    lines, in their order (`discount_shares` computes them). `invoice` is the document that the
    discount was given for; None means the whole order. `active` is false after a removal. Once an
    invoice states the discount, `fixed` holds the share and the stated total of each line on it.
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

    def of_line(self, index: int) -> int:
        """Return the amount taken off a line."""
        return self.shares[index] if self.active and index < len(self.shares) else 0

    @property
    def of_shipping(self) -> int:
        """Return the amount taken off the shipping."""
        return self.shipping_share if self.active else 0

    @property
    def off(self) -> int:
        """Return the amount taken off the whole order."""
        return sum(self.shares) + self.shipping_share if self.active else 0

    @property
    def lines(self) -> tuple[int, ...] | None:
        """Return the numbers of the lines in scope; None means all, including lines added
        later.
        """
        if self.kind == "free_shipping":
            return ()
        if self.fixed is None:
            return self.scope.lines
        return tuple(number for number, (part, _) in enumerate(self.fixed, start=1) if part)


def amounts(
    charges: Sequence[Charge], discounts: Sequence[Discount], prices: Prices, rounding: Rounding
) -> list[Amount]:
    """Return the amount of each discount, without and with tax.

    `charges` are the lines, the shipping last. The amounts add up exactly to the difference that
    the discounts make to the total.
    """
    undiscounted = priced([Charge(x.price, x.quantity, x.rate) for x in charges], prices, rounding)
    sums = [Amount()] * len(discounts)
    for index, (before, after) in enumerate(zip(undiscounted, charges, strict=True)):
        if index == len(charges) - 1:
            weights = [each.of_shipping for each in discounts]
        else:
            weights = [each.of_line(index) for each in discounts]
        if any(weights):
            less = before.amount - after.amount
            nets, taxes = share(less.net, weights), share(less.tax, weights)
            for place, (net, tax) in enumerate(zip(nets, taxes, strict=True)):
                sums[place] += Amount(net, tax)
    return sums
