"""What one piece costs, with as many decimals as make its line come out."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from shared.contracts.snapshot import DocumentLine, DocumentSnapshot

Price = Decimal
"""In minor units; it may have parts of one."""


def unit_prices(line: DocumentLine, *, credited: bool = False) -> tuple[Price, Price]:
    """The price of one piece, without tax, before and after discounts. `credited`: what is given
    back for one.
    """
    charged = exact(line.net.amount, line.quantity)
    if not credited and is_discounted(line):
        return Decimal(line.unit_net.amount), charged
    return charged, charged


def exact(amount: int, quantity: int) -> Price:
    """The price of the fewest decimals that times `quantity`, rounded half up, is `amount`."""
    places = 0
    while True:
        price = (Decimal(amount) / quantity).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if (price * quantity).quantize(Decimal(1), ROUND_HALF_UP) == amount:
            return price
        places += 1


def is_discounted(line: DocumentLine) -> bool:
    """Whether the line costs less than its pieces do; more than what the rounding of each of them
    can make.
    """
    less = (line.unit_net.amount * line.quantity - line.net.amount) * (
        1 if line.quantity > 0 else -1
    )
    return line.quantity != 0 and 2 * less > abs(line.quantity) + 1


def is_any_discounted(snapshot: DocumentSnapshot) -> bool:
    """Whether prices after discounts are printed. A credit slip says what is credited for a piece:
    less than its price may be a discount or a gesture of goodwill.
    """
    return snapshot.kind != "credit_slip" and any(map(is_discounted, snapshot.lines))


def pads(texts: Sequence[str], decimal_mark: str, zero: str) -> list[str]:
    """What each number lacks behind its decimal mark for all marks to stand below each other."""
    parts = [text.partition(decimal_mark)[1:] for text in texts]
    longest = max((len(part) for _, part in parts), default=0)
    return [
        (
            ("" if mark or not longest or not text else decimal_mark) + zero * (longest - len(part))
            if text
            else ""
        )
        for text, (mark, part) in zip(texts, parts, strict=True)
    ]
