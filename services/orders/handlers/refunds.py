"""Refunds: granted, looked at beforehand, and their money given back."""

from collections.abc import Iterable

from services.orders.domain import refunding
from services.orders.work import Work
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import CreateRefund, MarkRefunded, PreviewRefund, RefundPreview
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(CreateRefund)
def create_refund(command: CreateRefund, work: Work) -> Iterable[Event]:
    """Refund, credit slip with its number, and stock: whole or not at all."""
    order = work.order(command.order_id)
    if order is None:
        return [work.unknown_order(command)]
    decision = refunding.create(order, command, work.numbers, work.now)
    if isinstance(decision, Refusal):
        return [decision]
    work.orders.save(order.order_id, decision.order)
    return [*decision.events, *work.refund(order, decision.refund, command)]


@service.handles(MarkRefunded)
def mark_refunded(command: MarkRefunded, work: Work) -> Iterable[Event]:
    """The money is with the customer."""
    order = work.order(command.order_id)
    if order is None:
        return [work.unknown_order(command)]
    decision = refunding.mark_refunded(order, command, work.now)
    if isinstance(decision, Refusal):
        return [decision]
    changed, told = decision
    work.orders.save(order.order_id, changed)
    return [told]


@service.handles(PreviewRefund)
def preview_refund(query: PreviewRefund, work: Work) -> RefundPreview | Refusal:
    """What a refund would come to."""
    order = work.order(query.order_id)
    if order is None:
        return work.unknown_order(query)
    found = refunding.preview(order, query, work.now)
    if isinstance(found, Refusal):
        return found
    refund, after = found
    return RefundPreview(refund=refunding.view(after, refund), left=refunding.left_of(after))
