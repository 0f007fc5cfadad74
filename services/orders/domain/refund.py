"""Refunds and returns of an order, as frozen values. Money is in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.pricing import Amount, total
from shared.contracts.orders import RecordedRefundKind, ReturnState
from shared.contracts.values import DocumentReference

STORE_CREDIT = "store_credit"
"""The method of a refund that gives back store credit only."""


RETURN_STEPS: Mapping[str, tuple[ReturnState, ...]] = {
    "return.confirm": ("waiting_for_confirmation",),
    "return.deny": ("waiting_for_confirmation", "waiting_for_package", "package_received"),
    "return.receive": ("waiting_for_package",),
    "return.complete": ("package_received",),
}
"""The states of a return in which each command is possible."""


@dataclass(frozen=True)
class LineRefund:
    """The refund of a line: `released` pieces no longer belong to the order; `restocked` ones of
    them were put into stock.
    """

    number: int
    quantity: int
    amount: Amount
    released: int = 0
    restocked: int = 0


@dataclass(frozen=True)
class Done:
    """The record that the money of a refund was transferred."""

    at: datetime
    by: str
    transaction_id: str = ""


@dataclass(frozen=True)
class Refund:
    """A refund as it was granted; only `done` and more `as_credit` are set later.

    - `overpaid` is the part paid beyond the order's total: it has no tax and is on no slip.
    - `given_back` is store credit that the order was paid with.
    - `as_credit` becomes store credit instead of money.
    - `settled` is the part that had not been paid: it lowers the amount due, and nothing is given
      back for it.
    - `documented`: the credit slip or a later invoice states the refund. Documents never state a
      compensation.
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
        """Return the refunded part of the sale."""
        return total(line.amount for line in self.lines) + self.shipping

    @property
    def amount(self) -> Amount:
        """Return the refunded part of the sale with the overpaid part."""
        return self.sold + Amount(self.overpaid)

    @property
    def repaid(self) -> int:
        """Return the sum that the customer gets back, as money or store credit."""
        return self.amount.gross - self.settled

    @property
    def store_credit(self) -> int:
        return self.given_back + self.as_credit

    @property
    def money(self) -> int:
        return self.repaid - self.store_credit

    @property
    def due(self) -> bool:
        """Return whether money is still to be transferred."""
        return self.done is None and self.money > 0


@dataclass(frozen=True)
class Return:
    """A return of goods; `lines` holds line numbers and pieces."""

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
        """Return whether the return may still lead to a refund."""
        return self.state not in ("denied", "completed")
