"""What was given back for an order, and the goods that come back: frozen values. Money in minor units."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.pricing import Amount, total
from shared.contracts.orders import RefundKind, ReturnState
from shared.contracts.values import DocumentReference

VOUCHER = ""
"""The method of a refund that is given as a voucher: no payment method has this name."""


@dataclass(frozen=True)
class LineRefund:
    """What was refunded of a line: `released` pieces are the order's no more, `restocked` of them went to stock."""

    number: int
    quantity: int
    amount: Amount
    released: int = 0
    restocked: int = 0


@dataclass(frozen=True)
class Done:
    """When the money was given back, and by whom."""

    at: datetime
    by: str
    transaction_id: str = ""


@dataclass(frozen=True)
class Refund:
    """A refund as it was granted; only `done` comes later. `overpaid` was paid beyond what the order costs: it never
    bore a tax, and stands on no slip.
    """

    refund_id: UUID
    kind: RefundKind
    at: datetime
    by: str
    reason: str
    lines: tuple[LineRefund, ...]
    shipping: Amount
    method: str
    by_hand: bool
    credit_slip: DocumentReference | None = None
    done: Done | None = None
    overpaid: int = 0

    @property
    def sold(self) -> Amount:
        """What is given back of what was sold."""
        return total(line.amount for line in self.lines) + self.shipping

    @property
    def amount(self) -> Amount:
        """What is given back in all."""
        return self.sold + Amount(self.overpaid)

    @property
    def voucher(self) -> bool:
        """Whether it is given as a voucher."""
        return self.method == VOUCHER

    @property
    def due(self) -> bool:
        """Whether money is still to be given back."""
        return self.done is None and not self.voucher and self.amount.gross > 0


@dataclass(frozen=True)
class Return:
    """Goods that a customer wants to send back: pieces by the number of their line."""

    return_id: UUID
    lines: tuple[tuple[int, int], ...]
    reason: str
    state: ReturnState
    requested_at: datetime
    changed_at: datetime
    by: str
    until: datetime | None = None
    answer: str = ""
    number: str = ""
    refund_id: UUID | None = None

    @property
    def open(self) -> bool:
        """Whether it may still come to a refund."""
        return self.state not in ("denied", "completed")
