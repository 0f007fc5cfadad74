"""Returns of goods (RMA): requested, confirmed or denied, received, and refunded when complete."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid5

from services.orders.domain.actions import objection_to_action
from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import Document, NextNumber, issue_part
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from services.orders.domain.pricing import Amount
from services.orders.domain.refund import RETURN_STEPS, Refund, Return
from services.orders.domain.refund_limits import pieces_left
from services.orders.domain.refund_views import refundable
from services.orders.domain.refunding import Refunded, grant, reckon
from services.orders.domain.return_views import return_view
from services.orders.domain.states import Graph
from services.orders.domain.vat_territory import MEMBERS
from shared.contracts.message import Event
from shared.contracts.orders import (
    CompleteReturn,
    ConfirmReturn,
    DenyReturn,
    ReceiveReturn,
    RefundTerms,
    RequestReturn,
    ReturnCompleted,
    ReturnConfirmed,
    ReturnDenied,
    ReturnReceived,
    ReturnRequested,
    WantedRefundLine,
)
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason
from shared.writing.days import days_later, last_day

Step = ConfirmReturn | DenyReturn | ReceiveReturn | CompleteReturn
Told = ReturnRequested | ReturnConfirmed | ReturnDenied | ReturnReceived | ReturnCompleted
REFUND_OPTIONS = {
    "refund_shipping",
    "shipping_amount",
    "restock",
    "issue_credit_slip",
    "to_store_credit",
    "reason",
}
"""Fields of `return.complete` that are terms of its refund."""


@dataclass(frozen=True)
class Returned:
    """The order with a changed return, its return slip, and the events."""

    order: Order
    events: list[Event]
    slip: Document | None = None


@dataclass(frozen=True)
class Completed(Returned):
    """A completed return; without a refund if all its pieces were refunded or cancelled
    meanwhile.
    """

    refunded: Refund | None = field(kw_only=True)


def request(order: Order, command: RequestReturn, graph: Graph, at: datetime) -> Returned | Reason:
    """Request a return, if the shop accepts returns and the time for it is not over."""
    if order.find_return(command.return_id):
        return Reason(
            "already_requested",
            f"The return {command.return_id} was requested before.",
            field="return_id",
        )
    reason = objection_to_action("return.request", order)
    if reason:
        return Reason("not_possible", reason, field="order_id")
    until = return_end(order, graph)
    if at >= until:
        last = last_day(until, order.shop.timezone)
        return Reason(
            "too_late",
            f"The goods could be returned until {last} only.",
            field="order_id",
            details={"until": until.isoformat()},
        )
    wrong = _wrong_line(order, command)
    if wrong:
        return wrong
    fresh = Return(
        return_id=command.return_id,
        lines=tuple((line.line, line.quantity) for line in command.lines),
        reason=command.reason,
        state="waiting_for_confirmation",
        requested_at=at,
        changed_at=at,
        by=command.by,
    )
    order = replace(order, returns=(*order.returns, fresh))
    return Returned(order, [_event(ReturnRequested, order, fresh)])


def confirm(
    order: Order, command: ConfirmReturn, next_number: NextNumber, at: datetime
) -> Returned | Reason:
    """Confirm a return and issue its return slip; the package is expected now."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    until = days_later(at, order.shop.return_days, order.shop.timezone)
    about = DocumentPart(
        tuple((line, quantity, Amount()) for line, quantity in found.lines), Amount()
    )
    slip = issue_part(
        order,
        "return_slip",
        next_number("return_slip"),
        at,
        about,
        return_until=until,
        reason=found.reason,
    )
    awaited = replace(
        found,
        state="waiting_for_package",
        until=until,
        number=slip.reference.number,
        answer=command.answer,
    )
    order = replace(order, documents=(*order.documents, slip.reference))
    order, changed = _with(order, awaited, command.by, at)
    confirmed = ReturnConfirmed(
        order_id=order.order_id,
        order=summary(order),
        returned=return_view(order, changed),
        attach=[slip.reference],
    )
    return Returned(order, [confirmed, slip.event], slip)


def deny(order: Order, command: DenyReturn, at: datetime) -> Returned | Reason:
    """Deny a return."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    denied = replace(found, state="denied", answer=command.answer)
    order, changed = _with(order, denied, command.by, at)
    return Returned(order, [_event(ReturnDenied, order, changed)])


def receive(order: Order, command: ReceiveReturn, at: datetime) -> Returned | Reason:
    """Record that the package of a return arrived."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    order, changed = _with(order, replace(found, state="package_received"), command.by, at)
    return Returned(order, [_event(ReturnReceived, order, changed)])


def complete(
    order: Order, command: CompleteReturn, next_number: NextNumber, at: datetime
) -> Completed | Reason:
    """Complete a return and refund its goods, except pieces that were refunded meanwhile."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    terms = _terms(order, found, command)
    if isinstance(terms, Reason):
        return terms
    if not terms.lines and not order.holds_stock:
        order, changed = _with(order, replace(found, state="completed"), command.by, at)
        return Completed(order, [_event(ReturnCompleted, order, changed)], refunded=None)
    refund = reckon(order, terms, uuid5(found.return_id, "refund"), command.by, at, agreed=True)
    if isinstance(refund, Reason):
        left = refundable(order).model_dump(mode="json")
        return Reason(refund.code, refund.sentence, field=refund.field, details={"left": left})
    return _completed(found, grant(order, refund, terms, next_number, at), command.by, at)


def _completed(found: Return, refunded: Refunded, by: str, at: datetime) -> Completed:
    refund = refunded.refund
    completed = replace(found, state="completed", refund_id=refund.refund_id)
    order, changed = _with(refunded.order, completed, by, at)
    events = [_event(ReturnCompleted, order, changed), *refunded.events]
    return Completed(order, events, refunded=refund)


def return_end(order: Order, graph: Graph) -> datetime:
    """Return the end of the time to request a return."""
    zone, union = order.shop.timezone, order.shop.profile.address.country in MEMBERS
    return days_later(sent_at(order, graph), order.shop.return_days, zone, working=union)


def sent_at(order: Order, graph: Graph) -> datetime:
    """Return when the order last reached a shipped state."""
    for change in reversed(order.history):
        if change.state in graph and graph[change.state].has("shipped"):
            return change.at
    return order.placed_at


def _wrong_line(order: Order, command: RequestReturn) -> Reason | None:
    asked: Counter[int] = Counter()
    for place, wanted in enumerate(command.lines):
        asked[wanted.line] += wanted.quantity
        if wanted.line not in dict(order.numbered_lines):
            return Reason(
                "unknown_line",
                f"The order has no line {wanted.line}.",
                field=f"lines[{place}].line",
            )
        left = _returnable(order, wanted.line)
        if asked[wanted.line] > left:
            return Reason(
                "too_many_pieces",
                f"Pieces of line {wanted.line} that can still be returned: {left}.",
                field=f"lines[{place}].quantity",
                details={"left": left},
            )
    return None


def _returnable(order: Order, number: int) -> int:
    """Return the pieces of a line that are neither refunded nor in an open return."""
    expected = 0
    for each in order.returns:
        if each.open:
            expected += _summed(each.lines)[number]
    return pieces_left(order, number) - expected


def _found(order: Order, command: Step) -> Return | Reason:
    found = order.find_return(command.return_id)
    if found is None:
        return Reason(
            "unknown_return", f"The order has no return {command.return_id}.", field="return_id"
        )
    if found.state not in RETURN_STEPS[command.name]:
        return Reason(
            "not_possible",
            f"The return is in the state '{found.state}'.",
            field="return_id",
            details={"state": found.state},
        )
    return found


def _terms(order: Order, found: Return, command: CompleteReturn) -> RefundTerms | Reason:
    amounts = {each.line: each.amount for each in command.amounts}
    foreign = next((line for line in amounts if line not in dict(found.lines)), None)
    if foreign is not None:
        return Reason(
            "unknown_line",
            f"The return has no pieces of line {foreign}.",
            field=f"{path_to('amounts', list(amounts), foreign)}.line",
        )
    options = {name: getattr(command, name) for name in REFUND_OPTIONS}
    lines = []
    for line, returned in _summed(found.lines).items():
        quantity = min(returned, pieces_left(order, line))
        if quantity:
            wanted = WantedRefundLine(line=line, quantity=quantity, amount=amounts.get(line))
            lines.append(wanted)
    return RefundTerms(order_id=command.order_id, kind="return", lines=lines, **options)


def _summed(lines: Iterable[tuple[int, int]]) -> Counter[int]:
    found: Counter[int] = Counter()
    for number, quantity in lines:
        found[number] += quantity
    return found


def _with(order: Order, changed: Return, by: str, at: datetime) -> tuple[Order, Return]:
    now = replace(changed, by=by, changed_at=at)
    returns = tuple(now if each.return_id == now.return_id else each for each in order.returns)
    return replace(order, returns=returns), now


def _event(event: type[Told], order: Order, found: Return) -> Event:
    return event(order_id=order.order_id, order=summary(order), returned=return_view(order, found))
