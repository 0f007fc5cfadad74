"""Differences between two versions of an order, by line: added and removed pieces with their
amounts.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge

Pieces = dict[int, tuple[int, Amount]]
"""Pieces and amount by line number; 0 is the shipping."""


def changed_pieces(before: Order, after: Order) -> tuple[Pieces, Pieces]:
    """Return the added and the removed pieces with their amounts."""
    added, taken, shifted = Pieces(), Pieces(), dict[Decimal, Amount]()
    for number, now in after.charges.items():
        then = before.charges.get(number) or replace(now, quantity=0, off=0, amount=Amount())
        if is_same(then, now):
            shifted[now.rate] = shifted.get(now.rate, Amount()) + now.amount - then.amount
        elif is_sold_anew(then, now, shipping=not number):
            taken[number], added[number] = (then.quantity, then.amount), (now.quantity, now.amount)
        elif (now.after_discounts, now.quantity) >= (then.after_discounts, then.quantity):
            added[number] = (now.quantity - then.quantity, now.amount - then.amount)
        else:
            taken[number] = (max(then.quantity - now.quantity, 0), then.amount - now.amount)
    _add_shifted(shifted, added, taken, before.charges, after.charges)
    return _without_zero(added), _without_zero(taken)


def is_sold_anew(then: Charge, now: Charge, *, shipping: bool) -> bool:
    """Return whether a charge is credited as a whole and invoiced anew: its price or its tax rate
    changed.
    """
    return then.rate != now.rate or (then.price != now.price and not shipping)


def is_same(then: Charge | None, now: Charge) -> bool:
    """Return whether two versions of a charge differ in their computed amounts at most."""
    return then is not None and replace(then, amount=now.amount) == now


def tax_of(pieces: Pieces) -> int:
    """Return the sum of the taxes."""
    return sum(amount.tax for _, amount in pieces.values())


def _add_shifted(
    shifted: Mapping[Decimal, Amount],
    added: Pieces,
    taken: Pieces,
    then: Mapping[int, Charge],
    now: Mapping[int, Charge],
) -> None:
    """Add the tax that rounding moved between unchanged lines to the largest change of its rate."""
    for rate, amount in shifted.items():
        more = _largest(added, now, rate)
        less = _largest(taken, then, rate)
        if more is not None:
            added[more] = (added[more][0], added[more][1] + amount)
        elif less is not None:
            taken[less] = (taken[less][0], taken[less][1] - amount)


def _largest(pieces: Pieces, charges: Mapping[int, Charge], rate: Decimal) -> int | None:
    numbers = [number for number in pieces if charges[number].rate == rate]
    return max(numbers, key=lambda number: pieces[number][1].gross, default=None)


def _without_zero(pieces: Pieces) -> Pieces:
    return {number: change for number, change in pieces.items() if change[1] != Amount()}
