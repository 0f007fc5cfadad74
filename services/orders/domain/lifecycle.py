"""Transitions: moving an order to another state, with all effects of that state."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from services.orders.domain.backorder import Available, stocked
from services.orders.domain.cancelling import cancel
from services.orders.domain.credit_payments import settle
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
from services.orders.domain.order import Order
from services.orders.domain.order_line import Change
from services.orders.domain.order_views import summary
from services.orders.domain.payments import objection, recorded
from services.orders.domain.refund import Refund
from services.orders.domain.refund_credit import booked
from services.orders.domain.state_documents import attached, missing_documents
from services.orders.domain.states import Graph, State, state_view
from services.orders.domain.store_credit import Account, overfull
from shared.contracts.message import Event
from shared.contracts.orders import (
    OrderTransitioned,
    PaymentRecorded,
    RecordPayment,
    StateView,
    TransitionOrder,
)
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind, Payment, RecordedPayment

REFUND_MAIL = "refund"
"""The template of the mail that announces a refund."""


@dataclass(frozen=True)
class Moved:
    """The order after a transition, with its new documents and events.

    `restocked`: the order releases its stock; `retaken`: it takes its stock again. `account` is the
    customer's store credit, if it changed; `refund` is that of a cancelled order's payments.
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
    next_number: NextNumber,
    at: datetime,
    available: Available = lambda _: 0,
    account: Account | None = None,
    credit_until: datetime | None = None,
) -> Moved | Reason:
    """Move an order to another state.

    `next_number` is called only if a document is issued, and `available` only if the order released
    its stock before. `account` is the customer's store credit if the order was ever paid with some,
    which would have expired at `credit_until`.
    """
    wanted = graph.get(command.to)
    if wanted is None:
        return Reason("unknown_state", f"There is no state '{command.to}'.", field="to")
    retaken = not order.holds_stock and not wanted.has("restock") and not wanted.ends
    if retaken and order.issued("invoice"):
        return credited(order)
    taking = replace(stocked(order, available), holds_stock=True) if retaken else order
    state = destination(taking, command, wanted, graph)
    refusal = refusal_of_move(taking, command, wanted, graph)
    if refusal is None and retaken:
        refusal = out_of_stock(command, taking, state, available)
    if refusal:
        return refusal
    forced = is_forced(taking, command, wanted, graph)
    change = Change(state.key, at, command.by, forced, command.reason)
    gives_up = _gives_up(taking, state)
    paid = settle(taking, account, credit_until, command.by, at, retaken=retaken, gives_up=gives_up)
    if isinstance(paid, Reason):
        return paid.at("to")
    moved = enter(paid.order, state, change, next_number)
    told = _transitioned(order, moved, state, change)
    account = _after_refund(moved, paid.account or account, credit_until) or paid.account
    too_large = overfull(account) if account else None
    if too_large:
        return too_large.at("to")
    return replace(
        moved, events=[told, *paid.events, *moved.events], retaken=retaken, account=account
    )


def _after_refund(moved: Moved, account: Account | None, until: datetime | None) -> Account | None:
    """Return the store credit after a cancellation, or None if it does not change."""
    if moved.refund is None or account is None or not moved.refund.store_credit:
        return None
    return booked(moved.order, moved.refund, account, until)


def after_payment(
    order: Order, by: str, graph: Graph, next_number: NextNumber, at: datetime
) -> Moved | None:
    """Move an order that is paid in full on from a state that waits for payment; return None if it
    stays.
    """
    state = graph.get(order.state)
    if state is None or state.when_paid is None or order.due > 0 or not order.holds_stock:
        return None
    onward = TransitionOrder(order_id=order.order_id, to=state.when_paid, by=by)
    decision = transition(order, onward, graph, next_number, at)
    return decision if isinstance(decision, Moved) else None


def after_edit(
    before: Order, order: Order, by: str, graph: Graph, next_number: NextNumber, at: datetime
) -> Moved | None:
    """Move an order on that waits for stock since an edit; return None if it stays.

    A higher total is still to be paid, even in a state for paid orders.
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
    moved = _issue_documents(Moved(waiting, []), missing_documents(order, waits), next_number, at)
    return replace(moved, events=[_transitioned(order, moved, waits, change), *moved.events])


def enter(order: Order, state: State, change: Change, next_number: NextNumber) -> Moved:
    """Return the order in a state, with all effects of the state, whether the order is placed there
    or moved there. `change` is the entry for its history.
    """
    at = change.at
    missing = missing_documents(order, state)
    entered = replace(
        order,
        state=state.key,
        reached=order.reached | state.flags,
        history=(*order.history, change),
        shipped_at=order.shipped_at or (at if state.has("shipped") else None),
    )
    moved = Moved(entered, [])
    moved = _restock(_pay_the_rest(moved, state), state)
    if moved.restocked:
        moved = _cancel(moved, next_number, at)
    return _issue_documents(moved, missing, next_number, at)


def record_payment(order: Order, command: RecordPayment, at: datetime) -> Moved | Reason:
    """Add a payment to an order."""
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
    event = PaymentRecorded(
        order_id=order.order_id, order=summary(order), payment=payment, due=order.money(order.due)
    )
    return replace(moved, order=order, events=[*moved.events, event])


def _gives_up(order: Order, state: State) -> bool:
    """Return whether an order releases its stock in a state: in one that restocks, or in a final
    one while the order waits for stock and was not shipped.
    """
    given_up = state.ends and order.short and not is_shipped(order)
    return order.holds_stock and (given_up or state.has("restock"))


def _restock(moved: Moved, state: State) -> Moved:
    if not _gives_up(moved.order, state):
        return moved
    return replace(moved, order=replace(moved.order, holds_stock=False), restocked=True)


def _cancel(moved: Moved, next_number: NextNumber, at: datetime) -> Moved:
    found = cancel(moved.order, next_number, at)
    return replace(
        moved,
        order=found.order,
        events=[*moved.events, *found.events],
        issued=(*moved.issued, *found.slips),
        refund=found.refund,
    )


def _issue_documents(
    moved: Moved, kinds: list[DocumentKind], next_number: NextNumber, at: datetime
) -> Moved:
    if not moved.order.holds_stock:
        return moved
    for kind in kinds:
        document = issue(moved.order, kind, next_number(kind), at)
        moved = replace(
            moved,
            order=with_document(moved.order, document),
            events=[*moved.events, document.event],
            issued=(*moved.issued, document),
        )
    return moved


def _transitioned(before: Order, moved: Moved, state: State, change: Change) -> Event:
    order = moved.order
    attach = attached(order, state)
    for document in moved.issued:
        if document.reference.kind == "credit_slip":
            attach.append(document.reference)
    return OrderTransitioned(
        order_id=order.order_id,
        order=summary(order),
        came_from=before.state,
        new_state=announced_state(order, state),
        by=change.by,
        at=change.at,
        forced=change.forced,
        attach=attach,
    )


def announced_state(order: Order, state: State) -> StateView:
    """Return a state as events show it; without the mail on a refund if there is no refund."""
    view = state_view(state, order.language)
    has_refund = any(refund.money for refund in order.refunds)
    if state.mail_template == REFUND_MAIL and not has_refund:
        return view.model_copy(update={"mail_template": None})
    return view
