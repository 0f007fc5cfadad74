"""The most important act of the whole system: moving an order to another state, with all that the state brings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import uuid5

from services.orders.domain.documents import Document, issue
from services.orders.domain.money import LARGEST
from services.orders.domain.order import Change, Order, state_view
from services.orders.domain.states import State
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import OrderTransitioned, PaymentRecorded, RecordPayment, TransitionOrder
from shared.contracts.values import DocumentKind, Payment

NextNumber = Callable[[DocumentKind], str]


@dataclass(frozen=True)
class Moved:
    """The order after a decision, the documents it got, and what is told."""

    order: Order
    events: list[Event]
    issued: tuple[Document, ...] = ()
    restocked: bool = False


def transition(
    order: Order, command: TransitionOrder, states: Mapping[str, State], number: NextNumber, at: datetime
) -> Moved | Refusal:
    """Moves an order. `number` gives the next number of a kind of document; it is asked only if one is issued."""
    state = states.get(command.to)
    if state is None:
        return command.refuse("unknown_state", f"There is no state '{command.to}'.", field="to")
    possible = _possible(order, states)
    refusal = _refusal(order, command, possible)
    if refusal:
        return refusal
    change = Change(command.to, at, command.by, command.to not in possible, command.reason)
    moved = Moved(replace(order, state=state.key, history=(*order.history, change)), [])
    for consequence in (_pay_the_rest, _restock):
        moved = consequence(moved, state)
    moved = _issue_documents(moved, state, number, at)
    return replace(moved, events=[_transitioned(order, moved.order, state, change), *moved.events])


def missing_documents(order: Order, state: State) -> list[DocumentKind]:
    """What reaching a state issues: each kind once in an order's life."""
    kinds: tuple[Literal["invoice", "delivery_slip"], ...] = ("invoice", "delivery_slip")
    return [kind for kind in kinds if state.has(kind) and not order.issued(kind)]


def record_payment(order: Order, command: RecordPayment) -> Moved | Refusal:
    """Adds a payment."""
    payment = command.payment
    if any(known.payment_id == payment.payment_id for known in order.payments):
        return command.refuse(
            "already_recorded", f"Payment {payment.payment_id} was recorded before.", field="payment.payment_id"
        )
    if payment.amount.currency != order.currency:
        return command.refuse(
            "wrong_currency", f"The order is in {order.currency}, the payment in {payment.amount.currency}.",
            field="payment.amount.currency",
        )
    if payment.amount.amount <= 0:
        return command.refuse("not_positive", "A payment is more than zero.", field="payment.amount.amount")
    if order.paid + payment.amount.amount >= LARGEST:
        return command.refuse(
            "payment_too_large", "The payments come to more than can be kept.", field="payment.amount.amount"
        )
    return _with_payment(Moved(order, []), payment)


def _possible(order: Order, states: Mapping[str, State]) -> list[str]:
    moves = states[order.state].moves
    return sorted((states.keys() if moves is None else moves) - {order.state})


def _refusal(order: Order, command: TransitionOrder, possible: list[str]) -> Refusal | None:
    if order.state == command.to:
        return command.refuse("already_in_state", f"The order is in the state '{command.to}' already.", field="to")
    if command.to in possible:
        return None
    if not command.force:
        return command.refuse(
            "move_not_possible",
            f"An order cannot go from '{order.state}' to '{command.to}'; possible: {', '.join(possible) or 'nothing'}.",
            field="to", possible=possible,
        )
    if not command.reason.strip():
        return command.refuse("reason_missing", "Forcing a move needs a reason.", field="reason")
    return None


def _pay_the_rest(moved: Moved, state: State) -> Moved:
    order = moved.order
    if not state.has("paid") or order.due <= 0:
        return moved
    rest = Payment(
        payment_id=uuid5(order.order_id, f"rest due at {state.key} #{len(order.payments)}"),
        method=order.payment_method,
        amount=order.money(order.due),
    )
    return _with_payment(moved, rest)


def _with_payment(moved: Moved, payment: Payment) -> Moved:
    order = replace(moved.order, payments=(*moved.order.payments, payment))
    recorded = PaymentRecorded(order_id=order.order_id, payment=payment, due=order.money(order.due))
    return replace(moved, order=order, events=[*moved.events, recorded])


def _restock(moved: Moved, state: State) -> Moved:
    if not state.has("restock") or not moved.order.holds_stock:
        return moved
    return replace(moved, order=replace(moved.order, holds_stock=False), restocked=True)


def _issue_documents(moved: Moved, state: State, number: NextNumber, at: datetime) -> Moved:
    for kind in missing_documents(moved.order, state):
        document = issue(moved.order, kind, number(kind), at)
        moved = replace(
            moved,
            order=replace(moved.order, documents=(*moved.order.documents, document.reference)),
            events=[*moved.events, document.event],
            issued=(*moved.issued, document),
        )
    return moved


def _transitioned(before: Order, order: Order, state: State, change: Change) -> Event:
    return OrderTransitioned(
        order_id=order.order_id,
        order=order.summary(),
        came_from=before.state,
        state=state_view(state, order.language),
        by=change.by,
        at=change.at,
        forced=change.forced,
        attach=list(order.issued("invoice")) if state.has("attach_invoice") else [],
    )
