"""Orders that wait for stock: the missing pieces of lines, and the distribution of incoming stock.
Orders that were placed first are served first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.orders.domain.order import Order

Available = Callable[[str], int]
"""A function that returns the free pieces of a product, by SKU."""


@dataclass(frozen=True, order=True)
class Wait:
    """Missing pieces of a line of an order that was placed at `since`."""

    since: datetime
    order_id: UUID
    position: int
    quantity: int


Queue = tuple[Wait, ...]
"""The orders that wait for a product, first placed first. While there is one, no piece of it is
free.
"""


def stocked(order: Order, available: Available) -> Order:
    """Return a new order with the pieces that its lines do not get from the stock as missing."""
    free = {line.sku: available(line.sku) for line in order.lines}
    lines = []
    for number, line in enumerate(order.lines, start=1):
        wanted = order.claimed(number)
        got = min(wanted, free[line.sku])
        free[line.sku] -= got
        lines.append(replace(line, missing=wanted - got))
    return replace(order, lines=tuple(lines))


def supplied(before: Order, after: Order, available: Available) -> Order:
    """Return an edited order with the missing pieces of its lines updated.

    Pieces that a line gives up (missing ones first) are free for other lines of the order; further
    pieces come from the stock.
    """
    had = [line.charge.quantity for line in before.lines]
    had += [0] * (len(after.lines) - len(before.lines))
    free = {line.sku: available(line.sku) for line in after.lines}
    lines = list(after.lines)
    for index, (line, pieces) in enumerate(zip(after.lines, had, strict=True)):
        fewer = max(pieces - line.charge.quantity, 0)
        lines[index] = replace(line, missing=max(line.missing - fewer, 0))
        free[line.sku] += max(fewer - line.missing, 0)
    for index, (line, pieces) in enumerate(zip(lines, had, strict=True)):
        more = max(line.charge.quantity - pieces, 0)
        got = min(more, free[line.sku])
        free[line.sku] -= got
        lines[index] = replace(line, missing=line.missing + more - got)
    return replace(after, lines=tuple(lines))


def joined(queue: Queue, order: Order, sku: str) -> Queue:
    """Return the queue of a product with the lines of an order that miss pieces of it."""
    waits = list(queue)
    for position, line in enumerate(order.lines):
        if line.sku == sku and line.missing:
            waits.append(Wait(order.placed_at, order.order_id, position, line.missing))
    return tuple(sorted(waits))


def waiting_less(queue: Queue, order_id: UUID, position: int, released: int) -> Queue:
    """Return the queue after a line of an order released pieces that it was waiting for."""
    waits = []
    for wait in queue:
        if (wait.order_id, wait.position) != (order_id, position):
            waits.append(wait)
        elif wait.quantity > released:
            waits.append(replace(wait, quantity=wait.quantity - released))
    return tuple(waits)


def left_by(queue: Queue, order_id: UUID) -> Queue:
    """Return the queue without an order."""
    return tuple(wait for wait in queue if wait.order_id != order_id)


def served(queue: Queue, free: int) -> tuple[Queue, dict[UUID, int]]:
    """Return the queue after free pieces were distributed, and the pieces that each order got."""
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
    """Return the pieces of the product that an order waits for."""
    return sum(wait.quantity for wait in queue if wait.order_id == order_id)
