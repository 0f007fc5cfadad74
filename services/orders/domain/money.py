"""Exact computation with money: rounding, taxes, and shares that add up.

Amounts are whole minor units; intermediate results are fractions.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from shared.contracts.orders import RoundingMode
from shared.contracts.reason import Reason
from shared.contracts.values import Money, PositiveMoney, Price

LARGEST = 2**53
"""All amounts are below it: JSON readers lose precision above."""


def minor(money: Money | None) -> int | None:
    """Return an amount in minor units of its currency; None if there is none."""
    return None if money is None else money.amount


def foreign_price(message: BaseModel, currency: str) -> Reason | None:
    """Return the reason against a message with a price in another currency than its order or
    cart.
    """
    for field, price in _prices(message, ""):
        if price.currency != currency:
            sentence = f"This price is in {price.currency}, but the order is in {currency}."
            return Reason("wrong_currency", sentence, field=f"{field}.currency")
    return None


def _prices(value: Any, at: str) -> Iterator[tuple[str, Money]]:
    """Yield the prices in a value, at any depth, each with its field: `lines[0].unit_price`."""
    if isinstance(value, Price | PositiveMoney):
        yield at, value
    elif isinstance(value, BaseModel):
        for name in _priced_fields(type(value)):
            yield from _prices(getattr(value, name), f"{at}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _prices(part, f"{at}[{place}]")


@cache
def _priced_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields that can hold a price, at any depth."""
    found = []
    for name, field in kind.model_fields.items():
        if _can_hold_price(field.annotation):
            found.append(name)
    return tuple(found)


def _can_hold_price(annotation: Any) -> bool:
    if not isinstance(annotation, type) or not issubclass(annotation, BaseModel):
        return any(map(_can_hold_price, get_args(annotation)))
    return issubclass(annotation, Price | PositiveMoney) or bool(_priced_fields(annotation))


def rounded(value: Decimal | Fraction, mode: RoundingMode = "half_up") -> int:
    """Return the value rounded to a whole number; symmetric about zero, so that a credit mirrors
    its invoice.

    `up` is away from zero, `down` towards it; the `half_…` modes round to the nearest number and
    differ in halves only.
    """
    exact = Fraction(value)
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    beyond_half, odd = 2 * rest - exact.denominator, whole % 2 == 1
    away_from_zero = {
        "half_up": beyond_half >= 0,
        "half_down": beyond_half > 0,
        "half_even": beyond_half > 0 or (beyond_half == 0 and odd),
        "half_odd": beyond_half > 0 or (beyond_half == 0 and not odd),
        "up": rest > 0,
        "down": False,
    }[mode]
    magnitude = whole + away_from_zero
    return -magnitude if exact < 0 else magnitude


def tax_in(gross: int, rate: Decimal, mode: RoundingMode = "half_up") -> int:
    """Return the tax that a gross price contains; `rate` in percent."""
    return rounded(Fraction(gross) * Fraction(rate) / (100 + Fraction(rate)), mode)


def tax_on(net: int, rate: Decimal, mode: RoundingMode = "half_up") -> int:
    """Return the tax to add to a net price; `rate` in percent."""
    return rounded(Fraction(net) * Fraction(rate) / 100, mode)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total in proportion to weights (none negative) by largest remainder; the parts add
    up exactly.

    If all weights are zero, the first part gets everything.
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
