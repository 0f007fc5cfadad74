"""What was given back for an order, and the goods that come back: frozen values. Money in minor
units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.pricing import Amount, total
from shared.contracts.orders import RecordedRefundKind, ReturnState
from shared.contracts.values import DocumentReference

STORE_CREDIT = "store_credit"
"""The method of a refund of which no money is given back."""


RETURN_STEPS: Mapping[str, tuple[ReturnState, ...]] = {
    "return.confirm": ("waiting_for_confirmation",),
    "return.deny": ("waiting_for_confirmation", "waiting_for_package", "package_received"),
    "return.receive": ("waiting_for_package",),
    "return.complete": ("package_received",),
}
"""The states of a return that each command takes it on from."""


@dataclass(frozen=True)
class LineRefund:
    """What was refunded of a line: `released` pieces are the order's no more, `restocked` of them
    went to stock.
    """

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
    """A refund as it was granted; only `done` comes later, and more `as_credit`. `overpaid` was
    paid beyond what the order costs: it never bore a tax, and stands on no slip. `given_back` is
    store credit that the order was paid with, `as_credit` what becomes store credit in the place of
    money. `settled` is the part of what it takes back that had not been paid: it lessens what is
    due and goes back to nobody. `documented`: the order's documents tell of it, its credit slip
    or the invoice that comes later; they never tell of a compensation.
    """

    refund_id: UUID
    kind: RecordedRefundKind
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
    given_back: int = 0
    as_credit: int = 0
    settled: int = 0
    documented: bool = True

    @property
    def sold(self) -> Amount:
        """What is given back of what was sold."""
        return total(line.amount for line in self.lines) + self.shipping

    @property
    def amount(self) -> Amount:
        """Return what is taken back of the sale, with what was paid beyond it."""
        return self.sold + Amount(self.overpaid)

    @property
    def repaid(self) -> int:
        """Return what the customer gets back."""
        return self.amount.gross - self.settled

    @property
    def store_credit(self) -> int:
        """Return what of it is store credit."""
        return self.given_back + self.as_credit

    @property
    def money(self) -> int:
        """Return what of it goes back as money."""
        return self.repaid - self.store_credit

    @property
    def due(self) -> bool:
        """Return whether money is still to be given back."""
        return self.done is None and self.money > 0


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
