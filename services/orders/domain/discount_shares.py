"""What each discount takes off each line: a function of the lines and the discounts alone.

It does not depend on the order in which lines and discounts came and went, so that an edited order
costs what the same order placed anew would. Each discount takes its part off what the lines still
cost after those before it; gifts come first. Once an invoice states a discount, its part of each
line follows that line alone. Amounts in minor units.
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


def bases(scope: Scope, charges: Sequence[Charge], left: Sequence[int]) -> list[int]:
    """Return what of each line a discount may take something off; `left` is what the lines still
    cost.
    """
    free = [amount if scope.has(place) else 0 for place, amount in enumerate(left)]
    if not scope.cheapest:
        return free
    places = [place for place, amount in enumerate(free) if amount]
    cheapest = min(places, key=lambda place: (charges[place].price, place), default=None)
    return [
        min(amount, charges[place].price) if place == cheapest else 0
        for place, amount in enumerate(free)
    ]


def split(
    kind: DiscountKind, value: Decimal, of: Sequence[int], rounding: Rounding, gone: int = 0
) -> list[int]:
    """Share a percentage or an amount (of which `gone` is taken off elsewhere) among the lines'
    bases.
    """
    whole = sum(of)
    off = (
        rounded(whole * Fraction(value) / 100, rounding.mode)
        if kind == "percent"
        else int(value) - gone
    )
    return share(min(max(off, 0), whole), of) if whole else [0] * len(of)


def followed(
    discounts: Sequence[Discount],
    charges: Sequence[Charge],
    held: Collection[int],
    rounding: Rounding,
) -> tuple[Discount, ...]:
    """Return the discounts with their shares of these lines. Those at the places `held` were
    refunded in part and keep what was taken off them.
    """
    left, found = [charge.stated for charge in charges], dict[int, Discount]()
    in_turn = sorted(
        range(len(discounts)), key=lambda place: (discounts[place].kind != "gift", place)
    )
    for place in in_turn:
        each = discounts[place]
        if each.active and each.kind != "free_shipping":
            each = replace(each, shares=tuple(_shares(each, charges, left, held, rounding)))
            left = [amount - each.of_line(line) for line, amount in enumerate(left)]
        found[place] = each
    return tuple(found[place] for place in range(len(discounts)))


def _shares(
    discount: Discount,
    charges: Sequence[Charge],
    left: Sequence[int],
    held: Collection[int],
    rounding: Rounding,
) -> list[int]:
    kept = {place: discount.of_line(place) for place in held}
    free = [0 if place in kept else amount for place, amount in enumerate(left)]
    if discount.kind == "gift":
        shares = _of_a_gift(discount, charges, free)
    elif discount.fixed is not None:
        shares = _as_invoiced(discount, discount.fixed, charges, free, rounding)
    else:
        of = bases(discount.scope, charges, free)
        shares = split(discount.kind, discount.value, of, rounding, gone=sum(kept.values()))
    return [kept.get(place, part) for place, part in enumerate(shares)]


def _of_a_gift(discount: Discount, charges: Sequence[Charge], free: Sequence[int]) -> list[int]:
    """One piece of its line is free, whatever it costs."""
    lines = discount.scope.lines or ()
    return [
        min(amount, charges[place].price) if place + 1 in lines and charges[place].quantity else 0
        for place, amount in enumerate(free)
    ]


def _as_invoiced(
    discount: Discount,
    fixed: Sequence[tuple[int, int]],
    charges: Sequence[Charge],
    free: Sequence[int],
    rounding: Rounding,
) -> list[int]:
    """A percentage follows its line; an amount shrinks with it and is never more than the invoice
    stated.
    """
    found = [0] * len(charges)
    for place, (part, stated) in enumerate(fixed):
        if part:
            scaled = rounded(Fraction(part * charges[place].stated, stated), rounding.mode)
            wanted = scaled if discount.kind == "percent" else min(part, scaled)
            found[place] = min(wanted, free[place])
    return found


def fixed(discounts: Sequence[Discount], charges: Sequence[Charge]) -> tuple[Discount, ...]:
    """Return the discounts as an invoice of these lines fixes them. Gifts and free shipping keep
    following.
    """
    return tuple(
        (
            replace(
                each,
                fixed=tuple(
                    (each.of_line(place), charge.stated) for place, charge in enumerate(charges)
                ),
            )
            if _is_open(each)
            else each
        )
        for each in discounts
    )


def reopened(discounts: Sequence[Discount]) -> tuple[Discount, ...]:
    """Return the discounts as they are before an invoice states them anew: of the lines that they
    were invoiced for, an amount not beyond what it takes off now.
    """
    return tuple(each if each.fixed is None else _reopened(each) for each in discounts)


def _reopened(discount: Discount) -> Discount:
    value = Decimal(discount.off) if discount.kind == "amount" else discount.value
    # Also the lines whose share was rounded to nothing: a percentage is of the sum of all.
    lines = tuple(
        place + 1
        for place, (_, stated) in enumerate(discount.fixed or ())
        if stated and discount.scope.has(place)
    )
    return replace(discount, fixed=None, value=value, scope=replace(discount.scope, lines=lines))


def _is_open(discount: Discount) -> bool:
    return discount.active and discount.fixed is None and discount.kind in ("percent", "amount")


def joined(discounts: Sequence[Discount], added: Mapping[int, Product]) -> tuple[Discount, ...]:
    """Return the discounts with the added lines, by their number, that their choices name."""
    return tuple(replace(each, scope=_with(each.scope, added)) for each in discounts)


def _with(scope: Scope, added: Mapping[int, Product]) -> Scope:
    if scope.lines is None or not scope.choices:
        return scope
    more = (
        number
        for number, product in added.items()
        if any(is_chosen(product, choice) for choice in scope.choices)
    )
    return replace(scope, lines=(*scope.lines, *more))
