"""What is known here of customers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from services.ingest.domain.orders import KnownOrder
from shared.contracts.ingest import ThreadCustomer, ThreadView
from shared.contracts.orders import CustomerChanged, KnownAddress
from shared.contracts.values import Money


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as `orders` last told of them, at `as_of`; the shop has known them since
    `registered_at`.
    """

    customer_id: str
    email: str
    name: str
    language: str
    addresses: tuple[KnownAddress, ...]
    registered_at: datetime
    as_of: datetime


def told(before: KnownCustomer | None, event: CustomerChanged, at: datetime) -> KnownCustomer:
    """Return what is known after an event of that time. What is older than what is known changes
    only when it all began, as far as nobody said that.
    """
    after = KnownCustomer(
        event.customer_id,
        event.email,
        event.full_name,
        event.language,
        tuple(event.addresses),
        event.registered_at or at,
        at,
    )
    if before is None:
        return after
    is_newer = before.as_of <= at
    if is_newer and event.registered_at:
        return after
    newer = after if is_newer else before
    return replace(newer, registered_at=min(before.registered_at, after.registered_at))


def figures(
    view: ThreadView, customer: KnownCustomer | None, orders: Sequence[KnownOrder]
) -> ThreadCustomer:
    """What a thread shows of its customer, who wrote by an address that may not be the one he is
    known by.
    """
    if customer:
        return alone(customer, orders).model_copy(update={"email": view.customer_email})
    return ThreadCustomer(
        customer_id=view.customer_id,
        email=view.customer_email,
        name=view.customer_name,
        orders=len(orders),
        spent=spent(orders),
        **_sales(orders),
        registered_at=None,
    )


def alone(customer: KnownCustomer, orders: Sequence[KnownOrder]) -> ThreadCustomer:
    """What is known of a customer, whatever he wrote."""
    return ThreadCustomer(
        customer_id=customer.customer_id,
        email=customer.email,
        name=customer.name,
        addresses=list(customer.addresses),
        orders=len(orders),
        spent=spent(orders),
        **_sales(orders),
        registered_at=customer.registered_at,
    )


def spent(orders: Sequence[KnownOrder]) -> list[Money]:
    """Return what was paid for orders and not given back, by currency."""
    return _by_currency((order.currency, order.paid - order.refunded) for order in orders)


class _Sales(TypedDict):
    valid_orders: int
    valid_total: list[Money]


def _sales(orders: Sequence[KnownOrder]) -> _Sales:
    """Return how many of the orders are sales, and what those cost."""
    valid = [order for order in orders if order.valid]
    total = _by_currency((order.currency, order.total) for order in valid)
    return {"valid_orders": len(valid), "valid_total": total}


def _by_currency(amounts: Iterable[tuple[str, int]]) -> list[Money]:
    sums: Counter[str] = Counter()
    for currency, amount in amounts:
        sums[currency] += amount
    return [
        Money(amount=amount, currency=currency)
        for currency, amount in sorted(sums.items())
        if amount
    ]
