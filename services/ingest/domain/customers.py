"""Customers as the service `orders` describes them, and the figures a thread shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from services.ingest.domain.known_orders import KnownOrder
from shared.contracts.ingest import ThreadCustomer, ThreadView
from shared.contracts.orders import CustomerAddress, CustomerChanged
from shared.contracts.values import MoneySum


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer according to the latest event of `orders`, number `sequence`, at `as_of`; a
    customer of the shop since `registered_at`.
    """

    customer_id: str
    email: str
    name: str
    language: str
    addresses: tuple[CustomerAddress, ...]
    registered_at: datetime
    as_of: datetime
    sequence: int


def updated(
    before: CustomerRecord | None, event: CustomerChanged, at: datetime, sequence: int
) -> CustomerRecord:
    """Return the customer after an event. An older one changes only the registration date, and only
    where no event stated it.
    """
    after = CustomerRecord(
        event.customer_id,
        event.email,
        event.full_name,
        event.language,
        tuple(event.addresses),
        event.registered_at or at,
        at,
        sequence,
    )
    if before is None:
        return after
    first = min(before.registered_at, after.registered_at)
    if before.sequence > sequence:
        return replace(before, registered_at=first)
    if event.registered_at:
        return after
    return replace(after, registered_at=first)


def figures(
    view: ThreadView, customer: CustomerRecord | None, orders: Sequence[KnownOrder]
) -> ThreadCustomer:
    """Return the customer data shown with a thread. The thread's address may differ from the
    customer's own.
    """
    if customer:
        return customer_view(customer, orders).model_copy(update={"email": view.customer_email})
    return ThreadCustomer(
        customer_id=view.customer_id,
        email=view.customer_email,
        name=view.customer_name,
        order_count=len(orders),
        spent=spent(orders),
        **_sales(orders),
        registered_at=None,
    )


def customer_view(customer: CustomerRecord, orders: Sequence[KnownOrder]) -> ThreadCustomer:
    """Return the data of a customer with the figures of their orders."""
    return ThreadCustomer(
        customer_id=customer.customer_id,
        email=customer.email,
        name=customer.name,
        addresses=list(customer.addresses),
        order_count=len(orders),
        spent=spent(orders),
        **_sales(orders),
        registered_at=customer.registered_at,
    )


def spent(orders: Sequence[KnownOrder]) -> list[MoneySum]:
    """Return the amounts paid for orders less refunds, by currency."""
    return _by_currency((order.currency, order.paid - order.refunded) for order in orders)


class _Sales(TypedDict):
    valid_orders: int
    valid_total: list[MoneySum]


def _sales(orders: Sequence[KnownOrder]) -> _Sales:
    """Return the number of orders that are sales, and their totals."""
    valid = [order for order in orders if order.valid]
    total = _by_currency((order.currency, order.total) for order in valid)
    return {"valid_orders": len(valid), "valid_total": total}


def _by_currency(amounts: Iterable[tuple[str, int]]) -> list[MoneySum]:
    sums: Counter[str] = Counter()
    for currency, amount in amounts:
        sums[currency] += amount
    found = []
    for currency, amount in sorted(sums.items()):
        if amount:
            found.append(MoneySum(sum=str(amount), currency=currency))
    return found
