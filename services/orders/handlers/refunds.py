"""Refunds, their preview, and their payment."""

from collections.abc import Iterable

from services.orders.domain import refunding, stock_moves
from services.orders.domain.credit_changes import key_of
from services.orders.domain.order import Order
from services.orders.domain.refund import Refund
from services.orders.domain.refund_credit import booked, convert
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.domain.store_credit import overfull
from services.orders.handlers.credit_accounts import current_account, save_account_of
from services.orders.handlers.keys import NUMBERS, REFUNDS, account, account_of_refund
from services.orders.work import ORDER, Work
from services.orders.work.kinds import ACCOUNTS
from shared.contracts.message import Event
from shared.contracts.orders import (
    CompleteReturn,
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
    told = save_refund(order, decision.refund, command, work)
    if isinstance(told, Reason):
        return told
    return [*decision.events, *told]


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
    found = convert(order, refund, current_account(key_of(order), work), command.by, work.now)
    if isinstance(found, Reason):
        return found.at("refund_id")
    work.orders.save(order.order_id, found.order)
    return [*found.events, *save_account_of(found.order, found.account, work)]


@service.handles(MarkRefunded, on=ORDER)
def mark_refunded(order: Order, command: MarkRefunded, work: Work) -> Iterable[Event] | Reason:
    """Record that the money was paid back."""
    decision = refunding.mark_refunded(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    changed, told = decision
    work.orders.save(order.order_id, changed)
    return [told]


def save_refund(
    order: Order, refund: Refund, command: CreateRefund | CompleteReturn, work: Work
) -> list[Event | Later] | Reason:
    """Save the returned stock and the store credit of a refund; return their events, or why the
    store credit cannot be given.
    """
    stock = work.save_stock(stock_moves.refunded(work, order, refund, command.name))
    if not refund.store_credit:
        return [*stock]
    used_until = work.accounts.used_until(order.order_id)
    account = booked(order, refund, current_account(key_of(order), work), used_until)
    too_large = overfull(account)
    if too_large:
        return too_large
    return [*stock, *save_account_of(order, account, work)]


@service.handles(PreviewRefund, on=ORDER)
def preview_refund(order: Order, query: PreviewRefund, work: Work) -> RefundPreview | Reason:
    """Return the amounts of a refund before it is made."""
    found = refunding.preview(order, query, work.now)
    if isinstance(found, Reason):
        return found
    refund, after = found
    return RefundPreview(refund=refund_view(after, refund), refundable_amounts=refundable(after))
