"""What is known here of customers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.ingest.domain.orders import KnownOrder
from shared.contracts.ingest import ThreadCustomer, ThreadView
from shared.contracts.orders import CustomerChanged
from shared.contracts.values import Address, Money


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as the storefront last told of him, at `as_of`; it first did at `registered_at`."""

    customer_id: str
    email: str
    name: str
    language: str
    addresses: tuple[Address, ...]
    registered_at: datetime
    as_of: datetime


def told(before: KnownCustomer | None, event: CustomerChanged, at: datetime) -> KnownCustomer:
    """After an event of that time: what is older than what is known changes only when it all began."""
    after = KnownCustomer(
        event.customer_id, event.email, event.full_name, event.language, tuple(event.addresses), at, at
    )
    if before is None:
        return after
    newer = after if before.as_of <= at else before
    return replace(newer, registered_at=min(before.registered_at, at))


def figures(view: ThreadView, customer: KnownCustomer | None, orders: Iterable[KnownOrder]) -> ThreadCustomer:
    """What a thread shows of its customer; the sums by currency."""
    count, spent = 0, dict[str, int]()
    for order in orders:
        count += 1
        spent[order.currency] = spent.get(order.currency, 0) + order.paid
    return ThreadCustomer(
        customer_id=customer.customer_id if customer else view.customer_id, email=view.customer_email,
        name=customer.name if customer else view.customer_name,
        addresses=list(customer.addresses) if customer else [], orders=count,
        spent=[Money(amount=amount, currency=currency) for currency, amount in sorted(spent.items()) if amount],
        registered_at=customer.registered_at if customer else None,
    )
