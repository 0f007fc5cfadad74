"""Refunds, their preview, and their payment."""

from collections.abc import Iterable

from services.orders.domain import refunding
from services.orders.domain.order import Order
from services.orders.domain.refund_credit import convert
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.handlers.keys import NUMBERS, REFUNDS, account, account_of_refund
from services.orders.work import ORDER, Work
from services.orders.work.kinds import ACCOUNTS
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreateRefund,
    MarkRefunded,
    PreviewRefund,
    RefundPreview,
    RefundToStoreCredit,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, Later

service = Handlers[Work]()


@service.handles(CreateRefund, on=ORDER, locks=[*REFUNDS, ACCOUNTS.of(account_of_refund)])
def create_refund(
    order: Order, command: CreateRefund, work: Work
) -> Iterable[Event | Later] | Reason:
    """Refund an order, with credit slip, stock and store credit."""
    decision = refunding.create(order, command, work.numbers, work.now)
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision.order)
    return [*decision.events, *work.refund(order, decision.refund, command)]


@service.handles(RefundToStoreCredit, on=ORDER, locks=[ACCOUNTS.of(account), NUMBERS])
def refund_to_store_credit(
    order: Order, command: RefundToStoreCredit, work: Work
) -> Iterable[Event | Later] | Reason:
    """Turn a refund still to be paid out into store credit."""
    refund = next((each for each in order.refunds if each.refund_id == command.refund_id), None)
    if refund is None:
        return Reason(
            "unknown_refund", f"The order has no refund {command.refund_id}.", field="refund_id"
        )
    found = convert(order, refund, work.credit.of(order, work.now), command.by, work.now)
    if isinstance(found, Reason):
        return found.at("refund_id")
    work.orders.save(order.order_id, found.order)
    return [*found.events, *work.credit.save_of(found.order, found.account)]


@service.handles(MarkRefunded, on=ORDER)
def mark_refunded(order: Order, command: MarkRefunded, work: Work) -> Iterable[Event] | Reason:
    """Record that the money was paid back."""
    decision = refunding.mark_refunded(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    changed, told = decision
    work.orders.save(order.order_id, changed)
    return [told]


@service.handles(PreviewRefund, on=ORDER)
def preview_refund(order: Order, query: PreviewRefund, work: Work) -> RefundPreview | Reason:
    """Return the amounts of a refund before it is made."""
    found = refunding.preview(order, query, work.now)
    if isinstance(found, Reason):
        return found
    refund, after = found
    return RefundPreview(refund=refund_view(after, refund), left=refundable(after))
