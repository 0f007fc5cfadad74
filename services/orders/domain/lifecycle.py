"""The most important act of the whole system: moving an order to another state, with all that the
state brings.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import uuid5

from services.orders.domain.backorder import Available, stocked
from services.orders.domain.cancelling import cancel
from services.orders.domain.credit_payments import settle
from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.document_parts import is_empty
from services.orders.domain.documents import Document, NextNumber, issue, with_document
from services.orders.domain.guards import first_objection, is_shipped
from services.orders.domain.moves import (
    credited,
    destination,
    is_forced,
    landing,
    out_of_stock,
    refusal_of_move,
)
from services.orders.domain.order import Change, Order, recorded
from services.orders.domain.payments import objection
from services.orders.domain.refund import Refund
from services.orders.domain.refund_credit import booked
from services.orders.domain.states import Graph, State, state_view
from services.orders.domain.store_credit import Account
from shared.contracts.message import Event
from shared.contracts.orders import (
    OrderTransitioned,
    PaymentRecorded,
    RecordPayment,
    StateView,
    TransitionOrder,
)
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind, DocumentReference, Payment, RecordedPayment

Numbered = Literal["invoice", "delivery_slip"]
REFUND_MAIL = "refund"
"""The mail that tells the customer that money is on its way."""
NUMBERED: tuple[Numbered, ...] = ("invoice", "delivery_slip")
ATTACH: dict[Numbered, Literal["attach_invoice", "attach_delivery_slip"]] = {
    "invoice": "attach_invoice",
    "delivery_slip": "attach_delivery_slip",
}


@dataclass(frozen=True)
class Moved:
    """The order after a decision, the documents it got, and what is told. `restocked`: its stock
    goes back; `retaken`: it takes its stock again; `account`: the customer's store credit, if it
    changed; `refund`: of what was paid for a cancelled order.
    """

    order: Order
    events: list[Event]
    issued: tuple[Document, ...] = ()
    restocked: bool = False
    retaken: bool = False
    account: Account | None = None
    refund: Refund | None = None


def transition(
    order: Order,
    command: TransitionOrder,
    graph: Graph,
    number: NextNumber,
    at: datetime,
    left: Available = lambda _: 0,
    account: Account | None = None,
    credit_until: datetime | None = None,
) -> Moved | Reason:
    """Moves an order. `number` gives the next number of a kind of document, asked only if one is
    issued; `left` says what is free of a product, asked only if the order gave its stock back
    before. `account` is the store credit of an order that was ever paid with some, which would have
    expired at `credit_until`.
    """
    wanted = graph.get(command.to)
    if wanted is None:
        return Reason("unknown_state", f"There is no state '{command.to}'.", field="to")
    retaken = not order.holds_stock and not wanted.has("restock") and not wanted.ends
    if retaken and order.issued("invoice"):
        return credited(order)
    taking = replace(stocked(order, left), holds_stock=True) if retaken else order
    state = destination(taking, command, wanted, graph)
    refusal = refusal_of_move(taking, command, wanted, graph)
    if refusal is None and retaken:
        refusal = out_of_stock(command, taking, state, left)
    if refusal:
        return refusal
    forced = is_forced(taking, command, wanted, graph)
    change = Change(state.key, at, command.by, forced, command.reason)
    gives_up = _gives_up(taking, state)
    paid = settle(taking, account, credit_until, command.by, at, retaken=retaken, gives_up=gives_up)
    if isinstance(paid, Reason):
        return paid.at("to")
    moved = enter(replace(paid.order, history=(*order.history, change)), state, number, at)
    told = _transitioned(order, moved, state, change)
    account = _after_refund(moved, paid.account or account, credit_until) or paid.account
    return replace(
        moved, events=[told, *paid.events, *moved.events], retaken=retaken, account=account
    )


def _after_refund(moved: Moved, account: Account | None, until: datetime | None) -> Account | None:
    """Return the store credit with what cancelling gives back to it, or None if that is nothing."""
    if moved.refund is None or account is None or not moved.refund.store_credit:
        return None
    return booked(moved.order, moved.refund, account, until)


def after_payment(
    order: Order, by: str, graph: Graph, number: NextNumber, at: datetime
) -> Moved | None:
    """Where an order that is paid in full goes on from a state that waits for that; None where it
    stays.
    """
    state = graph.get(order.state)
    if state is None or state.when_paid is None or order.due > 0 or not order.holds_stock:
        return None
    onward = TransitionOrder(order_id=order.order_id, to=state.when_paid, by=by)
    decision = transition(order, onward, graph, number, at)
    return decision if isinstance(decision, Moved) else None


def after_edit(
    before: Order, order: Order, by: str, graph: Graph, number: NextNumber, at: datetime
) -> Moved | None:
    """Where an order goes on that an edit made wait for stock; None where it stays. What it costs
    more is still to be paid, even in a state for what is paid.
    """
    state = graph.get(order.state)
    if state is None or sum(order.lacking.values()) <= sum(before.lacking.values()):
        return None
    waits = landing(order, state, graph)
    if waits.key == order.state or first_objection(waits.guards, order):
        return None
    change = Change(waits.key, at, by)
    waiting = replace(
        order,
        state=waits.key,
        reached=order.reached | waits.flags,
        history=(*order.history, change),
    )
    moved = _issue_documents(Moved(waiting, []), missing_documents(order, waits), number, at)
    return replace(moved, events=[_transitioned(order, moved, waits, change), *moved.events])


def enter(order: Order, state: State, number: NextNumber, at: datetime) -> Moved:
    """The order in a state, with all that the state brings: the same when it is placed there as
    when it moves there.
    """
    missing = missing_documents(order, state)
    shipped_at = order.shipped_at or (at if state.has("shipped") else None)
    moved = Moved(
        replace(order, state=state.key, reached=order.reached | state.flags, shipped_at=shipped_at),
        [],
    )
    for consequence in (_pay_the_rest, _restock):
        moved = consequence(moved, state)
    moved = _cancel(moved, number, at) if moved.restocked else moved
    return _issue_documents(moved, missing, number, at)


def attached(order: Order, state: State) -> list[DocumentReference]:
    """The documents that the mail of a state takes along."""
    kinds = [kind for kind in NUMBERED if state.has(ATTACH[kind])]
    return [document for kind in kinds for document in order.issued(kind)]


def missing_documents(order: Order | None, state: State) -> list[DocumentKind]:
    """Return what reaching a state issues: what the order has not, or no longer as it is now, and
    nothing empty.
    """
    wanted = [kind for kind in NUMBERED if state.has(kind)]
    return [
        kind for kind in wanted if not (order and (is_there(order, kind) or is_empty(order, kind)))
    ]


def is_there(order: Order, kind: Numbered) -> bool:
    """Return whether an order has its document of a kind, and not an outdated delivery slip before
    it is shipped.
    """
    outdated = kind == "delivery_slip" and is_outdated(order) and not is_shipped(order)
    return bool(order.issued(kind)) and not outdated


def record_payment(order: Order, command: RecordPayment, at: datetime) -> Moved | Reason:
    """Adds a payment."""
    return objection(order, command) or _with_payment(
        Moved(order, []), recorded(command.payment, command.by, at)
    )


def _pay_the_rest(moved: Moved, state: State) -> Moved:
    order = moved.order
    if not state.has("paid") or order.due <= 0:
        return moved
    rest = Payment(
        payment_id=uuid5(order.order_id, f"rest due at {state.key} #{len(order.payments)}"),
        method=order.payment_method,
        amount=order.money(order.due),
    )
    reached = order.history[-1]
    return _with_payment(moved, recorded(rest, reached.by, reached.at))


def _with_payment(moved: Moved, payment: RecordedPayment) -> Moved:
    order = replace(moved.order, payments=(*moved.order.payments, payment))
    told = PaymentRecorded(
        order_id=order.order_id, order=order.summary(), payment=payment, due=order.money(order.due)
    )
    return replace(moved, order=order, events=[*moved.events, told])


def _gives_up(order: Order, state: State) -> bool:
    """Return whether an order gives its stock back in a state: one that ends while it waits for a
    part was not sent.
    """
    given_up = state.ends and order.short and not is_shipped(order)
    return order.holds_stock and (given_up or state.has("restock"))


def _restock(moved: Moved, state: State) -> Moved:
    """The order gives back what was set aside for it."""
    if not _gives_up(moved.order, state):
        return moved
    return replace(moved, order=replace(moved.order, holds_stock=False), restocked=True)


def _cancel(moved: Moved, number: NextNumber, at: datetime) -> Moved:
    """What gave its goods back is sold no more: its invoices are credited, what was paid is to be
    given back.
    """
    found = cancel(moved.order, number, at)
    return replace(
        moved,
        order=found.order,
        events=[*moved.events, *found.events],
        issued=(*moved.issued, *found.slips),
        refund=found.refund,
    )


def _issue_documents(
    moved: Moved, kinds: list[DocumentKind], number: NextNumber, at: datetime
) -> Moved:
    for kind in kinds if moved.order.holds_stock else ():
        document = issue(moved.order, kind, number(kind), at)
        moved = replace(
            moved,
            order=with_document(moved.order, document),
            events=[*moved.events, document.event],
            issued=(*moved.issued, document),
        )
    return moved


def _transitioned(before: Order, moved: Moved, state: State, change: Change) -> Event:
    order = moved.order
    slips = [
        document.reference for document in moved.issued if document.reference.kind == "credit_slip"
    ]
    return OrderTransitioned(
        order_id=order.order_id,
        order=order.summary(),
        came_from=before.state,
        state=told_state(order, state),
        by=change.by,
        at=change.at,
        forced=change.forced,
        attach=[*attached(order, state), *slips],
    )


def told_state(order: Order, state: State) -> StateView:
    """Return a state as an event tells it: without a mail that would not be true of the order."""
    told = state_view(state, order.language)
    untrue = state.mail_template == REFUND_MAIL and not any(
        refund.money for refund in order.refunds
    )
    return told.model_copy(update={"mail_template": None}) if untrue else told
