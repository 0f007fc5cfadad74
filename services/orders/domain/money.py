"""Whole minor units outside, Decimal inside: rounding half up, taxes per rate, cents shared so that sums agree."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

LARGEST = 2**53
"""Amounts stay below it: messages carry no larger ones."""


def half_up(value: Decimal | Fraction) -> int:
    """The nearest whole number; halves away from zero, so that a credit mirrors its invoice."""
    if isinstance(value, Fraction):
        sign = -1 if value < 0 else 1
        return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tax_in(gross: int, rate: Decimal) -> int:
    """The tax that a price with tax contains; `rate` in percent."""
    return half_up(Fraction(gross) * Fraction(rate) / (100 + Fraction(rate)))


def tax_on(net: int, rate: Decimal) -> int:
    """The tax that comes on top of a price without tax; `rate` in percent."""
    return half_up(Fraction(net) * Fraction(rate) / 100)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to `weights` (not negative), by largest remainder: the parts add up exactly.

    With no weight at all the first gets everything.
    """
    whole = sum(weights)
    if not whole:
        return [total, *[0] * (len(weights) - 1)]
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
