"""Orders: placed, paid, moved, noted; and the question for one."""

from collections.abc import Iterable
from dataclasses import replace

from services.orders.domain import lifecycle, placing
from services.orders.domain.actions import actions
from services.orders.domain.people import met
from services.orders.domain.vouchers import codes_of, created_for, made_with
from services.orders.handlers.vouchers import make_vouchers
from services.orders.work import Work
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import (
    GetOrder,
    GetOrderActions,
    OrderActions,
    OrderDetail,
    OrderNoted,
    PlaceOrder,
    RecordPayment,
    SetNote,
    TransitionOrder,
)
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(PlaceOrder)
def place_order(command: PlaceOrder, work: Work) -> Iterable[Event]:
    """Takes the stock and keeps the order, or says why not."""
    if work.orders.get(command.order_id):
        return [command.refuse("order_exists", f"Order {command.order_id} was placed before.", field="order_id")]
    if work.orders.reference_taken(work.shop, command.reference):
        return [command.refuse("reference_taken", f"Another order is '{command.reference}'.", field="reference")]
    refused = make_vouchers(command, work)
    if refused:
        return [refused]
    customer_id = command.customer.customer_id
    catalogue = work.catalogue([line.sku for line in command.lines], codes_of(command), customer_id)
    placed = placing.place(command, catalogue, work.graph, work.numbers, at=work.now)
    if isinstance(placed, Refusal):
        return [placed]
    work.orders.save(command.order_id, placed.order)
    work.acquaintances.save((work.shop, customer_id), met(placed.order))
    made = [created_for(placed.order, rule, command.placed_by, used=1) for rule in made_with(command)]
    used = work.promotions.redeem(placed.order, placed.redemptions, work.now)
    return [*placed.events, *work.take_stock(placed.order, command.name), *made, *used]


@service.handles(RecordPayment)
def record_payment(command: RecordPayment, work: Work) -> Iterable[Event]:
    """Adds a payment to the order; paid in full, it goes on from a state that waits for that."""
    order = work.orders.get(command.order_id)
    if order is None or order.shop.key != work.shop:
        return [_unknown(command)]
    decision = lifecycle.record_payment(order, command)
    if isinstance(decision, Refusal):
        return [decision]
    work.orders.save(order.order_id, decision.order)
    onward = lifecycle.after_payment(decision.order, command, work.graph, work.numbers, work.now)
    if onward:
        work.orders.save(order.order_id, onward.order)
    return [*decision.events, *(onward.events if onward else [])]


@service.handles(TransitionOrder)
def transition_order(command: TransitionOrder, work: Work) -> Iterable[Event]:
    """State, history, payment of the rest, documents with their numbers and stock: whole or not at all."""
    order = work.orders.get(command.order_id)
    if order is None or order.shop.key != work.shop:
        return [_unknown(command)]
    decision = lifecycle.transition(order, command, work.graph, work.numbers, work.now, work.left)
    if isinstance(decision, Refusal):
        return [decision]
    work.orders.save(order.order_id, decision.order)
    if decision.restocked:
        return [*decision.events, *work.give_back(order, command.to), *work.promotions.give_back(order)]
    if not decision.retaken:
        return decision.events
    gone = work.promotions.take_again(order)
    if gone:
        return [command.refuse("voucher_gone", gone, field="to")]
    return [*decision.events, *work.take_stock(decision.order, command.name)]


@service.handles(SetNote)
def set_note(command: SetNote, work: Work) -> Iterable[Event]:
    """What employees tell each other about the order."""
    order = work.orders.get(command.order_id)
    if order is None or order.shop.key != work.shop:
        return [_unknown(command)]
    work.orders.save(order.order_id, replace(order, note=command.note))
    return [OrderNoted(order_id=order.order_id, note=command.note, by=command.by)]


@service.handles(GetOrder)
def answer_order(query: GetOrder, work: Work) -> OrderDetail | Refusal:
    """The order with all that belongs to it."""
    order = work.orders.get(query.order_id)
    if order is None or order.shop.key != work.shop:
        return _unknown(query)
    return work.detail(order)


@service.handles(GetOrderActions)
def answer_actions(query: GetOrderActions, work: Work) -> OrderActions | Refusal:
    """What may be done with the order now."""
    order = work.orders.get(query.order_id)
    return _unknown(query) if order is None or order.shop.key != work.shop else actions(order, work.graph)


def _unknown(asked: TransitionOrder | RecordPayment | SetNote | GetOrder | GetOrderActions) -> Refusal:
    return asked.refuse("unknown_order", f"There is no order {asked.order_id} in this shop.", field="order_id")
