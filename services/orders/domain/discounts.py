"""Discounts of an order: what each takes off lines and shipping, in the order's kind of prices (minor units)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from services.orders.domain.money import rounded, share
from services.orders.domain.pricing import Amount, Charge, Prices, priced
from shared.contracts.orders import DiscountKind, Rounding


@dataclass(frozen=True)
class Discount:
    """What is taken off. `value` is percent or minor units, as the kind says; `shares` are those of the lines, in their
    order (lines that came later have none); `invoice`: the document that it was given for, else the whole order. One
    that was taken back is `active` no more.
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


def resized(
    discounts: Sequence[Discount], place: int, then: Charge, now: Charge, rounding: Rounding
) -> Iterator[Discount]:
    """The discounts when a line is edited: a percentage follows it, an amount shrinks with it and never grows, a gift
    stays one. Never more than the line costs.
    """
    free = now.stated
    for each in discounts:
        part = each.of_line(place)
        if not part:
            yield each
            continue
        scaled = rounded(Fraction(part * now.stated, then.stated), rounding.mode)
        wanted = {"percent": scaled, "gift": part}.get(each.kind, min(part, scaled))
        part = min(wanted, free)
        free -= part
        yield replace(each, shares=(*each.shares[:place], part, *each.shares[place + 1 :]))


def amounts(
    charges: Sequence[Charge], discounts: Sequence[Discount], prices: Prices, rounding: Rounding
) -> list[Amount]:
    """What each discount takes off, without and with tax: parts of what the charges (the shipping last) would cost more
    without any. They add up to that to the cent.
    """
    undiscounted = priced([Charge(x.price, x.quantity, x.rate) for x in charges], prices, rounding)
    sums = [Amount()] * len(discounts)
    for place, (before, after) in enumerate(zip(undiscounted, charges, strict=True)):
        last = place == len(charges) - 1
        weights = [each.of_shipping if last else each.of_line(place) for each in discounts]
        if any(weights):
            less = Amount(before.amount.net - after.amount.net, before.amount.tax - after.amount.tax)
            parts = zip(share(less.net, weights), share(less.tax, weights), strict=True)
            sums = [sum_ + Amount(net, tax) for sum_, (net, tax) in zip(sums, parts, strict=True)]
    return sums
