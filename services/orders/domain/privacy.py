"""What is personal in orders, what the law wants kept of it, and for how long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.orders.domain.order import NOBODY, Order
from services.orders.domain.states import State
from shared.contracts.common import CustomerErased, CustomerExported, RetainedRecords
from shared.contracts.message import Value
from shared.contracts.orders import OrderDetail
from shared.contracts.values import Address

PART = 100  # orders in a message


@dataclass(frozen=True)
class Erasure:
    """The orders that lost all that was personal in them, and what is told."""

    orders: Sequence[Order]
    event: CustomerErased
    forgotten: bool


def kept_until(order: Order) -> date | None:
    """The day from which the law lets go of an order; None where it wants nothing, since nothing
    was paid or issued.
    """
    if not order.payments and not order.documents:
        return None
    return order.shop.new_year(order.shop.year(max(_changes(order))) + order.shop.legal_years + 1)


def erase(
    customer_id: str,
    orders: Iterable[Order],
    states: Mapping[str, State],
    at: datetime,
    beside: Mapping[str, int] | None = None,
    service: str = "orders",
    accounts: int = 0,
) -> Erasure:
    """Erases where neither the law nor an unfinished order stands against it. What is known
    `beside` the orders (how many of each kind) goes unless an order still runs. `accounts` of store
    credit stay: they are part of the books.
    """
    erased, running, legal = [], [], []
    for order in orders:
        until = kept_until(order)
        if until and order.shop.day(at) < until:
            legal.append(order)
        elif until is None and not _is_final(order, states):
            running.append(order)
        elif anonymous(order) != order:
            erased.append(anonymous(order))
    kept = [*_by_law(legal), *_running(running), *_ledger(accounts)]
    also = {} if running else {kind: count for kind, count in (beside or {}).items() if count}
    event = CustomerErased(
        customer_id=customer_id, service=service, erased={"orders": len(erased), **also}, kept=kept
    )
    return Erasure(erased, event, forgotten=not running)


def export(
    customer_id: str,
    orders: Sequence[OrderDetail],
    known: Mapping[str, Sequence[Value]] | None = None,
    service: str = "orders",
) -> list[CustomerExported]:
    """All that is known, a hundred orders a message; what is `known` beside them, by its kind,
    comes with the first.
    """
    shown = [order.model_dump(mode="json") for order in orders]
    parts = [shown[start : start + PART] for start in range(0, len(shown), PART)] or [[]]
    beside = {
        kind: [value.model_dump(mode="json") for value in values]
        for kind, values in (known or {}).items()
    }
    return [
        CustomerExported(
            customer_id=customer_id,
            service=service,
            part=number,
            parts=len(parts),
            records={"orders": part, **(beside if number == 1 else {})},
        )
        for number, part in enumerate(parts, start=1)
    ]


def anonymous(order: Order) -> Order:
    """The same order of nobody; the countries stay, since the taxes follow from them."""
    return replace(
        order,
        customer=NOBODY,
        tracking_number="",
        note="",
        invoice_note="",
        delivery_address=_nowhere(order.delivery_address),
        invoice_address=_nowhere(order.invoice_address),
        returns=tuple(replace(each, reason="", answer="") for each in order.returns),
    )


def _changes(order: Order) -> Iterator[datetime]:
    yield from (change.at for change in order.history)
    yield from (refund.done.at if refund.done else refund.at for refund in order.refunds)
    yield from (each.changed_at for each in order.returns)


def _nowhere(address: Address) -> Address:
    return Address(name="erased", line1="erased", city="erased", country=address.country)


def _is_final(order: Order, states: Mapping[str, State]) -> bool:
    state = states.get(order.state)
    return state is not None and state.moves == frozenset()


def _by_law(orders: Sequence[Order]) -> list[RetainedRecords]:
    if not orders:
        return []
    years = orders[0].shop.legal_years
    reason = (
        f"Orders with payments or documents are kept for {years} years after that of their last"
        " change."
    )
    until = max(filter(None, map(kept_until, orders)))
    return [
        RetainedRecords(
            what="orders", count=len(orders), code="legal_time", reason=reason, until=until
        )
    ]


def _ledger(accounts: int) -> list[RetainedRecords]:
    reason = (
        "The ledger of store credit is part of the shop's books; it holds the customer's key and no"
        " other data."
    )
    kept = RetainedRecords(
        what="store_credit_accounts", count=accounts, code="legal_time", reason=reason
    )
    return [kept] if accounts else []


def _running(orders: Sequence[Order]) -> list[RetainedRecords]:
    reason = "Orders that are not finished need their addresses: cancel them first."
    return (
        [RetainedRecords(what="orders", count=len(orders), code="running", reason=reason)]
        if orders
        else []
    )
