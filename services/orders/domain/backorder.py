"""Orders that wait for stock: what a line lacks, and who gets what comes in. First placed, first
served.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.orders.domain.order import Order

Left = Callable[[str], int]
"""How many pieces of a product are free."""


@dataclass(frozen=True, order=True)
class Wait:
    """Pieces that a line of an order lacks; `since` is when the order was placed."""

    since: datetime
    order_id: UUID
    position: int
    quantity: int


Queue = tuple[Wait, ...]
"""Those who wait for a product, in the order of placing. As long as there is one, nothing of it is
free.
"""


def stocked(order: Order, left: Left) -> Order:
    """The order as it takes its stock: each line gets what is there, the rest is missing."""
    free = {line.sku: left(line.sku) for line in order.lines}
    lines = []
    for number, line in enumerate(order.lines, start=1):
        wanted = order.claimed(number)
        got = min(wanted, free[line.sku])
        free[line.sku] -= got
        lines.append(replace(line, missing=wanted - got))
    return replace(order, lines=tuple(lines))


def supplied(before: Order, after: Order, left: Left) -> Order:
    """An edited order with what its lines lack now: pieces that lines give up, missing ones first,
    are there for others of the order, then what is free is taken.
    """
    had = [line.charge.quantity for line in before.lines] + [0] * (
        len(after.lines) - len(before.lines)
    )
    free = {line.sku: left(line.sku) for line in after.lines}
    lines = list(after.lines)
    for place, (line, pieces) in enumerate(zip(after.lines, had, strict=True)):
        fewer = max(pieces - line.charge.quantity, 0)
        lines[place] = replace(line, missing=max(line.missing - fewer, 0))
        free[line.sku] += max(fewer - line.missing, 0)
    for place, (line, pieces) in enumerate(zip(lines, had, strict=True)):
        more = max(line.charge.quantity - pieces, 0)
        got = min(more, free[line.sku])
        free[line.sku] -= got
        lines[place] = replace(line, missing=line.missing + more - got)
    return replace(after, lines=tuple(lines))


def joined(queue: Queue, order: Order, sku: str) -> Queue:
    """The queue of a product with the lines of the order that lack some of it."""
    fresh = [
        Wait(order.placed_at, order.order_id, position, line.missing)
        for position, line in enumerate(order.lines)
        if line.sku == sku and line.missing
    ]
    return tuple(sorted([*queue, *fresh]))


def waiting_less(queue: Queue, order_id: UUID, position: int, released: int) -> Queue:
    """The queue when a line of an order wants so many pieces less; what it already has is not
    touched.
    """
    return tuple(
        (
            replace(wait, quantity=wait.quantity - released)
            if (wait.order_id, wait.position) == (order_id, position)
            else wait
        )
        for wait in queue
        if (wait.order_id, wait.position) != (order_id, position) or wait.quantity > released
    )


def left_by(queue: Queue, order_id: UUID) -> Queue:
    """The queue without an order."""
    return tuple(wait for wait in queue if wait.order_id != order_id)


def served(queue: Queue, free: int) -> tuple[Queue, dict[UUID, int]]:
    """Who waits on when so many pieces came in, and what each order got."""
    waiting: list[Wait] = []
    got: dict[UUID, int] = {}
    for wait in queue:
        part = min(wait.quantity, free)
        free -= part
        if part:
            got[wait.order_id] = got.get(wait.order_id, 0) + part
        if part < wait.quantity:
            waiting.append(replace(wait, quantity=wait.quantity - part))
    return tuple(waiting), got


def lacking(queue: Queue, order_id: UUID) -> int:
    """What an order lacks of the product."""
    return sum(wait.quantity for wait in queue if wait.order_id == order_id)
