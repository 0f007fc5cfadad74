"""Returns of goods."""

from collections.abc import Iterable

from services.orders.domain import returning
from services.orders.domain.listing import wrong_cursor
from services.orders.domain.order import Order
from services.orders.domain.return_views import return_view
from services.orders.domain.returning import Returned
from services.orders.handlers.keys import NUMBERS, REFUNDS, account_of_refund
from services.orders.handlers.refunds import save_refund
from services.orders.store.refunds import found_returns
from services.orders.work import ORDER, Work
from services.orders.work.kinds import ACCOUNTS
from shared.contracts.cursor import read, write
from shared.contracts.message import Event
from shared.contracts.orders import (
    CompleteReturn,
    ConfirmReturn,
    DenyReturn,
    ListReturns,
    ReceiveReturn,
    RequestReturn,
    ReturnList,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, Later

service = Handlers[Work]()


@service.handles(RequestReturn, on=ORDER)
def request_return(order: Order, command: RequestReturn, work: Work) -> Iterable[Event] | Reason:
    """Request a return for a customer."""
    return _kept(returning.request(order, command, work.graph, work.now), work)


@service.handles(ConfirmReturn, on=ORDER, locks=[NUMBERS])
def confirm_return(order: Order, command: ConfirmReturn, work: Work) -> Iterable[Event] | Reason:
    """Confirm a return; its slip gets a number."""
    return _kept(returning.confirm(order, command, work.numbers, work.now), work)


@service.handles(DenyReturn, on=ORDER)
def deny_return(order: Order, command: DenyReturn, work: Work) -> Iterable[Event] | Reason:
    """Deny a return."""
    return _kept(returning.deny(order, command, work.now), work)


@service.handles(ReceiveReturn, on=ORDER)
def receive_return(order: Order, command: ReceiveReturn, work: Work) -> Iterable[Event] | Reason:
    """Record that the package arrived."""
    return _kept(returning.receive(order, command, work.now), work)


@service.handles(CompleteReturn, on=ORDER, locks=[*REFUNDS, ACCOUNTS.of(account_of_refund)])
def complete_return(
    order: Order, command: CompleteReturn, work: Work
) -> Iterable[Event | Later] | Reason:
    """Complete a return and refund it."""
    decision = returning.complete(order, command, work.numbers, work.now)
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision.order)
    if decision.refunded is None:
        return decision.events
    told = save_refund(order, decision.refunded, command, work)
    if isinstance(told, Reason):
        return told
    return [*decision.events, *told]


@service.handles(ListReturns)
def list_returns(query: ListReturns, work: Work) -> ReturnList | Reason:
    """Return a page of returns."""
    refused = wrong_cursor(query)
    if refused:
        return refused
    found = found_returns(
        work.connection, work.shop, query, read(query.cursor) if query.cursor else None
    )
    page, more = found[: query.limit], found[query.limit :]
    work.orders.preload({order_id for order_id, _, _ in page})
    shown = [(work.orders.get(order_id), return_id) for order_id, return_id, _ in page]
    views = [
        return_view(order, one)
        for order, return_id in shown
        if order and (one := order.find_return(return_id))
    ]
    return ReturnList(returns=views, next=write(page[-1][2]) if more else None)


def _kept(decision: Returned | Reason, work: Work) -> Iterable[Event] | Reason:
    if isinstance(decision, Reason):
        return decision
    work.orders.save(decision.order.order_id, decision.order)
    return decision.events
