"""Personal data in orders: export, erasure, and the legal retention time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from pydantic import BaseModel

from services.orders.domain.order import NOBODY, Order
from services.orders.domain.states import State
from shared.contracts.common import CustomerErased, CustomerExported, RetainedRecords
from shared.contracts.message import Value
from shared.contracts.orders import OrderDetail
from shared.contracts.values import Address

PART = 100  # orders in a message


@dataclass(frozen=True)
class Erasure:
    """The orders without their personal data, and the event to publish.

    `profile_erased`: also the customer's profile, carts and vouchers go.
    """

    orders: Sequence[Order]
    event: CustomerErased
    profile_erased: bool


def retained_until(order: Order) -> date | None:
    """Return the day from which an order may be erased; None if no retention applies, because
    nothing was paid or issued.
    """
    if not order.payments and not order.documents:
        return None
    last_year = order.shop.year(max(_changes(order)))
    return order.shop.new_year(last_year + order.shop.legal_years + 1)


def erase(
    customer_id: str,
    orders: Iterable[Order],
    states: Mapping[str, State],
    at: datetime,
    beside: Mapping[str, int] | None = None,
    service: str = "orders",
    accounts: int = 0,
) -> Erasure:
    """Erase the orders that are finished and not under legal retention.

    `beside` counts the customer's other records by kind; they are erased unless an order is
    unfinished. The `accounts` of store credit stay: they are part of the shop's books.
    """
    erased, running, legal = [], [], []
    for order in orders:
        until = retained_until(order)
        if until and order.shop.day(at) < until:
            legal.append(order)
        elif until is None and not _is_final(order, states):
            running.append(order)
        elif anonymous(order) != order:
            erased.append(anonymous(order))
    counts = {"orders": len(erased)}
    if not running:
        counts |= {kind: count for kind, count in (beside or {}).items() if count}
    event = CustomerErased(
        customer_id=customer_id,
        service=service,
        erased=counts,
        kept=[*_legal_records(legal), *_running_records(running), *_ledger_records(accounts)],
    )
    return Erasure(erased, event, profile_erased=not running)


def export(
    customer_id: str,
    orders: Sequence[OrderDetail],
    known: Mapping[str, Sequence[Value]] | None = None,
    service: str = "orders",
) -> list[CustomerExported]:
    """Return all personal data in parts of a hundred orders.

    The `known` records beside the orders, by kind, are in the first part.
    """
    parts = max(1, ceil(len(orders) / PART))
    found = []
    for part in range(parts):
        records = {"orders": _json(orders[part * PART : (part + 1) * PART])}
        if part == 0:
            records |= {kind: _json(values) for kind, values in (known or {}).items()}
        event = CustomerExported(
            customer_id=customer_id, service=service, part=part + 1, parts=parts, records=records
        )
        found.append(event)
    return found


def anonymous(order: Order) -> Order:
    """Return the order without personal data; the countries stay, since taxes depend on them."""
    return replace(
        order,
        customer=NOBODY,
        tracking_number="",
        note="",
        invoice_note="",
        delivery_address=_anonymous_address(order.delivery_address),
        invoice_address=_anonymous_address(order.invoice_address),
        returns=tuple(replace(each, reason="", answer="") for each in order.returns),
    )


def _json(values: Sequence[BaseModel]) -> list[dict[str, object]]:
    return [value.model_dump(mode="json") for value in values]


def _changes(order: Order) -> Iterator[datetime]:
    for change in order.history:
        yield change.at
    for refund in order.refunds:
        yield refund.done.at if refund.done else refund.at
    for each in order.returns:
        yield each.changed_at


def _anonymous_address(address: Address) -> Address:
    return Address(name="erased", line1="erased", city="erased", country=address.country)


def _is_final(order: Order, states: Mapping[str, State]) -> bool:
    state = states.get(order.state)
    return state is not None and state.moves == frozenset()


def _legal_records(orders: Sequence[Order]) -> Iterator[RetainedRecords]:
    if not orders:
        return
    years = orders[0].shop.legal_years
    yield RetainedRecords(
        what="orders",
        count=len(orders),
        code="legal_time",
        reason=(
            f"The law requires orders with payments or documents to be retained for {years} years"
            " after the year of their last change."
        ),
        erasable_on=max(filter(None, map(retained_until, orders))),
    )


def _ledger_records(accounts: int) -> Iterator[RetainedRecords]:
    if not accounts:
        return
    yield RetainedRecords(
        what="store_credit_accounts",
        count=accounts,
        code="legal_time",
        reason=(
            "The ledger of store credit is part of the shop's books; it holds the customer's key"
            " and no other data."
        ),
    )


def _running_records(orders: Sequence[Order]) -> Iterator[RetainedRecords]:
    if not orders:
        return
    yield RetainedRecords(
        what="orders",
        count=len(orders),
        code="running",
        reason="Unfinished orders need their addresses: finish or cancel them first.",
    )
