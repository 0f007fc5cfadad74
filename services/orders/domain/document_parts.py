"""Parts of an order that its documents state."""

from dataclasses import dataclass

from services.orders.domain import billing
from services.orders.domain.accounting import documented_order
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, total
from shared.contracts.values import DocumentKind


@dataclass(frozen=True)
class DocumentPart:
    """The part of an order that a document states: number, pieces and amount of lines, and an
    amount of the shipping.
    """

    lines: tuple[tuple[int, int, Amount], ...]
    shipping: Amount

    @property
    def gross(self) -> int:
        return self.amount.gross

    @property
    def tax(self) -> int:
        return self.amount.tax

    @property
    def amount(self) -> Amount:
        return total(amount for _, _, amount in self.lines) + self.shipping


def is_empty(order: Order, kind: DocumentKind) -> bool:
    """Return whether a document of the whole order would be empty; it is not issued then.

    A delivery slip states goods only; the shipping does not matter for it.
    """
    part = whole_part(order, kind)
    return not part.lines and (kind == "delivery_slip" or not part.shipping.gross)


def whole_part(order: Order, kind: DocumentKind) -> DocumentPart:
    """Return the part of a document of the whole order.

    An invoice states the pieces still sold and a delivery slip the pieces to send: neither states
    pieces that were refunded before.
    """
    if kind == "invoice":
        order = documented_order(order)
        billed = [(each.number, each.pieces, each.amount) for each in billing.billed(order)]
        return DocumentPart(tuple(billed), order.remaining(0))
    lines = []
    for number, line in order.numbered_lines:
        pieces = order.claimed(number) if kind == "delivery_slip" else line.charge.quantity
        if pieces:
            lines.append((number, pieces, line.charge.amount))
    return DocumentPart(tuple(lines), order.shipping.amount)
