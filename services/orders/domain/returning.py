"""Goods that come back (RMA): asked for, confirmed or denied, received, and refunded when they were
looked at.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid5

from services.orders.domain.actions import objection_to_action
from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import Document, NextNumber, issue_part
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from services.orders.domain.refund import RETURN_STEPS, Refund, Return
from services.orders.domain.refund_limits import pieces_left
from services.orders.domain.refunding import Refunded, grant, left_of, reckon
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
    ReturnedLine,
    ReturnReceived,
    ReturnRequested,
    ReturnView,
    WantedRefundLine,
)
from shared.contracts.reason import Reason
from shared.writing.days import days_later, last_day

Step = ConfirmReturn | DenyReturn | ReceiveReturn | CompleteReturn
Told = ReturnRequested | ReturnConfirmed | ReturnDenied | ReturnReceived | ReturnCompleted


@dataclass(frozen=True)
class Returned:
    """The order with a return that changed, the slip that it got, and what is told."""

    order: Order
    events: list[Event]
    slip: Document | None = None


@dataclass(frozen=True)
class Completed(Returned):
    """A return that came to its end. Without a refund where all its pieces were refunded or
    cancelled meanwhile.
    """

    refunded: Refund | None = field(kw_only=True)


def request(order: Order, command: RequestReturn, graph: Graph, at: datetime) -> Returned | Reason:
    """A new return, if the shop takes goods back and there is time."""
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
            f"Goods could be returned until {last}.",
            field="order_id",
            details={"until": until.isoformat()},
        )
    wrong = _wrong_line(order, command)
    if wrong:
        return wrong
    fresh = Return(
        command.return_id,
        tuple((line.line, line.quantity) for line in command.lines),
        command.reason,
        "waiting_for_confirmation",
        at,
        at,
        command.by,
    )
    order = replace(order, returns=(*order.returns, fresh))
    return Returned(order, [_told(ReturnRequested, order, fresh)])


def confirm(
    order: Order, command: ConfirmReturn, number: NextNumber, at: datetime
) -> Returned | Reason:
    """The package is awaited; its slip is issued."""
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
        number("return_slip"),
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
        order=order.summary(),
        returned=view(order, changed),
        attach=[slip.reference],
    )
    return Returned(order, [confirmed, slip.event], slip)


def deny(order: Order, command: DenyReturn, at: datetime) -> Returned | Reason:
    """The goods are not taken back."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    order, changed = _with(
        order, replace(found, state="denied", answer=command.answer), command.by, at
    )
    return Returned(order, [_told(ReturnDenied, order, changed)])


def receive(order: Order, command: ReceiveReturn, at: datetime) -> Returned | Reason:
    """The package arrived."""
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    order, changed = _with(order, replace(found, state="package_received"), command.by, at)
    return Returned(order, [_told(ReturnReceived, order, changed)])


def complete(
    order: Order, command: CompleteReturn, number: NextNumber, at: datetime
) -> Completed | Reason:
    """What came back is refunded, by the path of every refund; what was refunded meanwhile is not
    refunded again.
    """
    found = _found(order, command)
    if isinstance(found, Reason):
        return found
    terms = _terms(order, found, command)
    if isinstance(terms, Reason):
        return terms
    if not terms.lines and not order.holds_stock:
        order, changed = _with(order, replace(found, state="completed"), command.by, at)
        return Completed(order, [_told(ReturnCompleted, order, changed)], refunded=None)
    refund = reckon(order, terms, uuid5(found.return_id, "refund"), command.by, at, agreed=True)
    if isinstance(refund, Reason):
        left = left_of(order).model_dump(mode="json")
        return Reason(refund.code, refund.sentence, field=refund.field, details={"left": left})
    return _completed(found, grant(order, refund, terms, number, at), command.by, at)


def _completed(found: Return, refunded: Refunded, by: str, at: datetime) -> Completed:
    refund = refunded.refund
    order, changed = _with(
        refunded.order, replace(found, state="completed", refund_id=refund.refund_id), by, at
    )
    return Completed(
        order, [_told(ReturnCompleted, order, changed), *refunded.events], refunded=refund
    )


def view(order: Order, found: Return) -> ReturnView:
    """A return as messages show it."""
    return ReturnView(
        return_id=found.return_id,
        order_id=order.order_id,
        order_reference=order.reference,
        customer_id=order.customer.customer_id,
        state=found.state,
        lines=[_line_view(order, number, quantity) for number, quantity in found.lines],
        reason=found.reason,
        requested_at=found.requested_at,
        changed_at=found.changed_at,
        by=found.by,
        until=found.until,
        answer=found.answer,
        number=found.number,
        refund_id=found.refund_id,
    )


def return_end(order: Order, graph: Graph) -> datetime:
    """The first moment when the goods cannot be returned any more."""
    zone, union = order.shop.timezone, order.shop.profile.address.country in MEMBERS
    return days_later(sent_at(order, graph), order.shop.return_days, zone, working=union)


def sent_at(order: Order, graph: Graph) -> datetime:
    """When the goods were last said to be under way or delivered."""
    sent = [
        change.at
        for change in order.history
        if change.state in graph and graph[change.state].has("shipped")
    ]
    return sent[-1] if sent else order.placed_at


def _line_view(order: Order, number: int, quantity: int) -> ReturnedLine:
    line = order.lines[number - 1]
    return ReturnedLine(line=number, sku=line.sku, name=line.name, quantity=quantity)


def _wrong_line(order: Order, command: RequestReturn) -> Reason | None:
    asked: Counter[int] = Counter()
    for place, wanted in enumerate(command.lines):
        asked[wanted.line] += wanted.quantity
        if wanted.line not in dict(order.numbered_lines):
            return Reason(
                "unknown_line", f"The order has no line {wanted.line}.", field=f"lines.{place}.line"
            )
        left = _left(order, wanted.line)
        if asked[wanted.line] > left:
            return Reason(
                "too_many_pieces",
                f"Pieces of line {wanted.line} that can still come back: {left}.",
                field=f"lines.{place}.quantity",
                details={"left": left},
            )
    return None


def _left(order: Order, number: int) -> int:
    """Pieces of a line that were neither refunded nor are to come back already."""
    awaited = sum(
        quantity
        for each in order.returns
        if each.open
        for line, quantity in each.lines
        if line == number
    )
    return pieces_left(order, number) - awaited


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
        return Reason("unknown_line", f"Nothing of line {foreign} came back.", field="amounts")
    options = command.model_dump(
        include={
            "shipping",
            "shipping_amount",
            "restock",
            "credit_slip",
            "store_credit",
            "reason",
        }
    )
    lines = [
        WantedRefundLine(line=line, quantity=min(quantity, left), amount=amounts.get(line))
        for line, quantity in _summed(found.lines).items()
        if (left := pieces_left(order, line))
    ]
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


def _told(event: type[Told], order: Order, found: Return) -> Event:
    return event(order_id=order.order_id, order=order.summary(), returned=view(order, found))
