"""Whole minor units outside, exact fractions inside: rounding, taxes, cents shared so that sums
agree.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from shared.contracts.orders import RoundingMode

LARGEST = 2**53
"""Amounts stay below it: messages carry no larger ones."""


def rounded(value: Decimal | Fraction, mode: RoundingMode = "half_up") -> int:
    """A whole number beside `value`; symmetric about zero, so that a credit mirrors its invoice.

    `up` is away from zero, `down` towards it; the `half_…` go to the nearest and say what becomes
    of a half.
    """
    exact = Fraction(value)
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    beyond_half, odd = 2 * rest - exact.denominator, whole % 2 == 1
    further = {
        "half_up": beyond_half >= 0,
        "half_down": beyond_half > 0,
        "half_even": beyond_half > 0 or (beyond_half == 0 and odd),
        "half_odd": beyond_half > 0 or (beyond_half == 0 and not odd),
        "up": rest > 0,
        "down": False,
    }[mode]
    return (whole + further) * (-1 if exact < 0 else 1)


def tax_in(gross: int, rate: Decimal, mode: RoundingMode = "half_up") -> int:
    """The tax that a price with tax contains; `rate` in percent."""
    return rounded(Fraction(gross) * Fraction(rate) / (100 + Fraction(rate)), mode)


def tax_on(net: int, rate: Decimal, mode: RoundingMode = "half_up") -> int:
    """The tax that comes on top of a price without tax; `rate` in percent."""
    return rounded(Fraction(net) * Fraction(rate) / 100, mode)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to `weights` (not negative), by largest remainder: the parts add up
    exactly.

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
