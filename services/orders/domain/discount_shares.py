"""Shares of discounts: the part of each line that each discount takes off.

The shares are a function of the lines and the discounts alone. They do not depend on the order in
which lines and discounts were added, so an edited order costs the same as if it were placed anew.
Gifts come first; each further discount applies to the amounts that remain after those before it.
Once an invoice states a discount, its share of each line depends on that line alone.

All amounts are in minor units; lines are indexed by their number - 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from services.orders.domain.cart_rules import is_chosen
from services.orders.domain.discounts import Discount, Scope
from services.orders.domain.money import rounded, share
from services.orders.domain.pricing import Charge
from services.orders.domain.shop import Product
from shared.contracts.orders import DiscountKind, Rounding


def discountable(scope: Scope, charges: Sequence[Charge], remaining: Sequence[int]) -> list[int]:
    """Return the part of each line's `remaining` amount that is in the scope of a discount."""
    found = [0] * len(remaining)
    for index, amount in enumerate(remaining):
        if scope.has(index):
            found[index] = amount
    return _cheapest_piece(charges, found) if scope.cheapest else found


def _cheapest_piece(charges: Sequence[Charge], amounts: Sequence[int]) -> list[int]:
    found = [0] * len(amounts)
    candidates = [index for index, amount in enumerate(amounts) if amount]
    if candidates:
        cheapest = min(candidates, key=lambda index: (charges[index].price, index))
        found[cheapest] = min(amounts[cheapest], charges[cheapest].price)
    return found


def split(
    kind: DiscountKind, value: Decimal, of: Sequence[int], rounding: Rounding, gone: int = 0
) -> list[int]:
    """Split a discount among the discountable amounts `of` the lines.

    `value` is a percentage or an amount, as the kind says; `gone` of the amount is used elsewhere.
    """
    whole = sum(of)
    if not whole:
        return [0] * len(of)
    if kind == "percent":
        off = rounded(whole * Fraction(value) / 100, rounding.mode)
    else:
        off = int(value) - gone
    return share(min(max(off, 0), whole), of)


def with_shares(
    discounts: Sequence[Discount],
    charges: Sequence[Charge],
    held: Collection[int],
    rounding: Rounding,
) -> tuple[Discount, ...]:
    """Return the discounts with their shares of the lines computed.

    Lines in `held` were refunded in part: their shares stay as they are.
    """
    remaining = [charge.stated for charge in charges]
    found = list(discounts)
    gifts_first = sorted(range(len(found)), key=lambda index: found[index].kind != "gift")
    for index in gifts_first:
        discount = found[index]
        if not discount.active or discount.kind == "free_shipping":
            continue
        shares = _shares(discount, charges, remaining, held, rounding)
        found[index] = replace(discount, shares=tuple(shares))
        for line, part in enumerate(shares):
            remaining[line] -= part
    return tuple(found)


def _shares(
    discount: Discount,
    charges: Sequence[Charge],
    remaining: Sequence[int],
    held: Collection[int],
    rounding: Rounding,
) -> list[int]:
    free = list(remaining)
    for index in held:
        free[index] = 0
    if discount.kind == "gift":
        shares = _shares_of_gift(discount, charges, free)
    elif discount.fixed is not None:
        shares = _invoiced_shares(discount, discount.fixed, charges, free, rounding)
    else:
        of = discountable(discount.scope, charges, free)
        gone = sum(map(discount.of_line, held))
        shares = split(discount.kind, discount.value, of, rounding, gone=gone)
    for index in held:
        shares[index] = discount.of_line(index)
    return shares


def _shares_of_gift(
    discount: Discount, charges: Sequence[Charge], free: Sequence[int]
) -> list[int]:
    """Return shares that make one piece of the gift's line free, at its current price."""
    shares = [0] * len(free)
    for number in discount.scope.lines or ():
        index = number - 1
        if index < len(free) and charges[index].quantity:
            shares[index] = min(free[index], charges[index].price)
    return shares


def _invoiced_shares(
    discount: Discount,
    fixed: Sequence[tuple[int, int]],
    charges: Sequence[Charge],
    free: Sequence[int],
    rounding: Rounding,
) -> list[int]:
    """Return shares in proportion to the line's current total.

    A percentage grows with its line; an amount never exceeds its share on the invoice.
    """
    shares = [0] * len(charges)
    for index, (part, stated) in enumerate(fixed):
        if not part:
            continue
        scaled = rounded(Fraction(part * charges[index].stated, stated), rounding.mode)
        if discount.kind == "amount":
            scaled = min(part, scaled)
        shares[index] = min(scaled, free[index])
    return shares


def with_fixed_shares(
    discounts: Sequence[Discount], charges: Sequence[Charge]
) -> tuple[Discount, ...]:
    """Return the discounts as an invoice of these lines fixes them.

    Gifts and free shipping are not fixed.
    """
    return tuple(_fixed(each, charges) if _is_open(each) else each for each in discounts)


def _fixed(discount: Discount, charges: Sequence[Charge]) -> Discount:
    shares = ((discount.of_line(index), charge.stated) for index, charge in enumerate(charges))
    return replace(discount, fixed=tuple(shares))


def without_fixed_shares(discounts: Sequence[Discount]) -> tuple[Discount, ...]:
    """Return the discounts as they are before an invoice states them anew.

    Each applies to the lines that it was invoiced for; an amount does not exceed its current one.
    """
    return tuple(each if each.fixed is None else _reopened(each) for each in discounts)


def _reopened(discount: Discount) -> Discount:
    value = discount.value
    if discount.kind == "amount":
        value = Decimal(discount.off)
    lines = []
    # Include the lines whose share was rounded to nothing: a percentage is of the sum of all.
    for number, (_, stated) in enumerate(discount.fixed or (), start=1):
        if stated and discount.scope.has(number - 1):
            lines.append(number)
    scope = replace(discount.scope, lines=tuple(lines))
    return replace(discount, fixed=None, value=value, scope=scope)


def _is_open(discount: Discount) -> bool:
    return discount.active and discount.fixed is None and discount.kind in ("percent", "amount")


def with_added_lines(
    discounts: Sequence[Discount], added: Mapping[int, Product]
) -> tuple[Discount, ...]:
    """Return the discounts extended to those added lines, by number, that their choices include."""
    return tuple(replace(each, scope=_extended(each.scope, added)) for each in discounts)


def _extended(scope: Scope, added: Mapping[int, Product]) -> Scope:
    if scope.lines is None or not scope.choices:
        return scope
    lines = list(scope.lines)
    for number, product in added.items():
        if any(is_chosen(product, choice) for choice in scope.choices):
            lines.append(number)
    return replace(scope, lines=tuple(lines))
