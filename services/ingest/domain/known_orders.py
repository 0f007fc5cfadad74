"""Orders as the service `orders` describes them: customer, amounts and state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from services.ingest.domain.text_templates import in_language
from shared.contracts.ingest import ThreadOrder
from shared.contracts.orders import OrderSummary, StateView
from shared.contracts.values import Money

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order; `total`, `paid` and `refunded` in minor units. `state` is the name of its state in
    the customer's language, `state_labels` in others; in a `valid` state it is a sale.
    `customer_id` may be empty. `sequence` is the number of the order's event that everything but
    the state is from, `state_sequence` that of the state's: events may be handled in any order.
    """

    order_id: UUID
    shop: str
    reference: str
    customer_email: str
    customer_name: str
    language: str
    customer_id: str = ""
    placed_at: datetime = LONG_AGO
    currency: str = "XXX"
    total: int = 0
    paid: int = 0
    refunded: int = 0
    state: str = ""
    colour: str = ""
    changed_at: datetime = LONG_AGO
    valid: bool = False
    state_labels: Mapping[str, str] = field(default_factory=dict)
    sequence: int = 0
    state_sequence: int = 0

    def belongs_to(self, email: str, customer_id: str | None) -> bool:
        """Return whether the order belongs to a customer, by key or by address."""
        return email.lower() == self.customer_email.lower() or customer_id == self.customer_id != ""

    def in_state(self, state: StateView, at: datetime) -> "KnownOrder":
        """Return the order in the state that the event of its `sequence` says."""
        return replace(
            self,
            state=state.label,
            colour=state.colour,
            changed_at=at,
            valid=state.valid,
            state_labels=state.labels,
            state_sequence=self.sequence,
        )

    def merged(self, other: "KnownOrder") -> "KnownOrder":
        """Return the order after an event that describes it; data of a later event stay."""
        summary, state = self, self
        if other.sequence >= self.sequence:
            summary = other
        if other.state and other.state_sequence >= self.state_sequence:
            state = other
        return replace(
            summary,
            refunded=self.refunded,
            state=state.state,
            colour=state.colour,
            changed_at=state.changed_at,
            valid=state.valid,
            state_labels=state.state_labels,
            state_sequence=state.state_sequence,
        )

    def with_refund(self, amount: Money) -> "KnownOrder":
        """Return the order after a refund in its currency."""
        if amount.currency != self.currency:
            return self
        return replace(self, refunded=self.refunded + amount.amount)

    def view(self, language: str) -> ThreadOrder:
        """Return the order as a thread shows it, in the employee's language."""
        return ThreadOrder(
            order_id=self.order_id,
            reference=self.reference,
            placed_at=self.placed_at,
            state_label=named(self.state_labels, self.state, language),
            state_colour=self.colour,
            valid=self.valid,
            total=Money(amount=self.total, currency=self.currency),
            paid=Money(amount=self.paid, currency=self.currency),
        )


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order was placed, or moved to another state, which has `labels` by language."""

    change_id: UUID
    order_id: UUID
    at: datetime
    kind: Literal["order_placed", "order_moved"]
    state: str
    colour: str
    labels: Mapping[str, str] = field(default_factory=dict)


def named(labels: Mapping[str, str], label: str, language: str) -> str:
    """Return the name of a state in a language; `label` where no other is known."""
    found = in_language(labels, language)
    return found[1] if found else label


def known_order(shop: str, order: OrderSummary, sequence: int) -> KnownOrder:
    """Return the order as of an event, without its state; the event does not contain refunds."""
    return KnownOrder(
        order.order_id,
        shop,
        order.reference,
        order.customer.email,
        order.customer.name,
        order.language,
        order.customer.customer_id,
        order.placed_at,
        order.total.currency,
        order.total.amount,
        order.paid.amount,
        sequence=sequence,
    )
