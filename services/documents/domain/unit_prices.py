"""Prices of one piece, with as many decimals as the total of the line requires."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from shared.contracts.snapshot import DocumentLine, DocumentSnapshot

Price = Decimal
"""Minor units, possibly fractions of one."""


def unit_prices(line: DocumentLine, *, credited: bool = False) -> tuple[Price, Price]:
    """Return the price of one piece, without tax, before and after discounts. `credited`: return
    the amount credited for one piece.
    """
    charged = exact(line.net.amount, line.quantity)
    if not credited and is_discounted(line):
        return Decimal(line.unit_net.amount), charged
    return charged, charged


def exact(amount: int, quantity: int) -> Price:
    """Return the price with the fewest decimals that, times `quantity` and rounded half up, is
    `amount`.
    """
    places = 0
    while True:
        price = (Decimal(amount) / quantity).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if (price * quantity).quantize(Decimal(1), ROUND_HALF_UP) == amount:
            return price
        places += 1


def is_discounted(line: DocumentLine) -> bool:
    """Return whether the line costs less than its pieces, by more than the rounding of each piece
    can explain.
    """
    less = (line.unit_net.amount * line.quantity - line.net.amount) * (
        1 if line.quantity > 0 else -1
    )
    return line.quantity != 0 and 2 * less > abs(line.quantity) + 1


def is_any_discounted(snapshot: DocumentSnapshot) -> bool:
    """Return whether discounted prices are printed. A credit slip prints the credited amount per
    piece: less than the price may be a discount or a goodwill credit.
    """
    return snapshot.kind != "credit_slip" and any(map(is_discounted, snapshot.lines))


def pads(texts: Sequence[str], decimal_mark: str, zero: str) -> list[str]:
    """Return the figures missing after each number's decimal mark, so that all marks align."""
    parts = [text.partition(decimal_mark)[1:] for text in texts]
    longest = max((len(part) for _, part in parts), default=0)
    found = []
    for text, (mark, part) in zip(texts, parts, strict=True):
        missing_mark = decimal_mark if longest and not mark else ""
        found.append(missing_mark + zero * (longest - len(part)) if text else "")
    return found
