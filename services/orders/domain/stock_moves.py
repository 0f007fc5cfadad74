"""What orders take of the stock, give back and wait for: decided here, stored by the handler."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.orders.domain.backorder import (
    Queue,
    joined,
    lacking,
    left_by,
    served,
    waiting_less,
)
from services.orders.domain.order import Order
from services.orders.domain.refund import Refund
from shared.contracts.message import Event
from shared.contracts.orders import Reservation, StockChanged, StockReserved, StockShort

RESERVED = "stock.reserved"


class StockReader(Protocol):
    """Reads the stock of a shop."""

    def left(self, sku: str) -> int:
        """Return the pieces of a product that are available."""

    def queue(self, sku: str) -> Queue:
        """Return the orders that wait for a product."""

    def queues_of(self, orders: Collection[UUID]) -> Mapping[str, Queue]:
        """Return the queues, by SKU, in which some orders wait."""


@dataclass(frozen=True)
class Movement:
    """A change of the available stock, with its cause."""

    sku: str
    change: int
    cause: str
    order_id: UUID | None = None


@dataclass(frozen=True)
class StockMoves:
    """What a decision makes of the stock: quantities and queues by SKU, movements, and events."""

    levels: Mapping[str, int]
    queues: Mapping[str, Queue]
    movements: tuple[Movement, ...]
    events: tuple[Event, ...]


def counted(stock: StockReader, sku: str, change: int, cause: str) -> StockMoves:
    """Change the quantity of a product; orders that wait for it are served."""
    plan = _Plan(stock)
    plan.move(Movement(sku, change, cause))
    plan.serve(sku)
    return plan.moves()


def taken(stock: StockReader, order: Order, cause: str) -> StockMoves:
    """Take the available pieces for an order; the order waits for the missing ones."""
    plan = _Plan(stock)
    for sku, count in order.held.items():
        if count:
            plan.move(Movement(sku, -count, cause, order.order_id))
    for sku in order.lacking:
        plan.join(order, sku)
        plan.short(order, sku)
    return plan.moves()


def edited(stock: StockReader, before: Order, after: Order, cause: str) -> StockMoves:
    """Take the pieces that an edit adds, and release the ones it removes; waiting orders are served
    first.
    """
    plan = _Plan(stock)
    had, has = before.held, after.held
    freed = []
    for sku, count in has.items():
        more = count - had.get(sku, 0)
        if more:
            plan.move(Movement(sku, -more, cause, after.order_id))
        if more < 0:
            freed.append(sku)
    lacked, lacks = before.lacking, after.lacking
    changes = {sku: lacks.get(sku, 0) - lacked.get(sku, 0) for sku in [*has, *lacked]}
    for sku, change in changes.items():
        if change:
            plan.join(after, sku)
    for sku, change in changes.items():
        if change > 0:
            plan.short(after, sku)
    for sku in freed:
        plan.serve(sku)
    return plan.moves()


def given_back(stock: StockReader, order: Order, cause: str) -> StockMoves:
    """Give back all that an order held, to those who wait first; the order waits no more."""
    plan = _Plan(stock)
    held = {sku: count for sku, count in order.held.items() if count}
    for sku in order.held:
        plan.queues[sku] = left_by(plan.queue(sku), order.order_id)
    for sku, count in held.items():
        plan.move(Movement(sku, count, cause, order.order_id))
    for sku in held:
        plan.serve(sku)
    return plan.moves()


def refunded(stock: StockReader, order: Order, refund: Refund, cause: str) -> StockMoves:
    """Release the pieces of a refund; waiting orders are served first, and the order stops waiting
    for the refunded pieces. `order` is the one before the refund.
    """
    plan = _Plan(stock)
    back = []
    for line in refund.lines:
        sold, dropped = order.lines[line.number - 1], line.released - line.restocked
        if sold.missing and dropped:
            queue = plan.queue(sold.sku)
            plan.queues[sold.sku] = waiting_less(queue, order.order_id, line.number - 1, dropped)
        if line.restocked:
            back.append(Movement(sold.sku, line.restocked, cause, order.order_id))
    for movement in back:
        plan.move(movement)
    for sku in dict.fromkeys(movement.sku for movement in back):
        plan.serve(sku)
    return plan.moves()


class _Plan:
    """The moves of one decision, step by step, over the stock as it is."""

    def __init__(self, stock: StockReader) -> None:
        self.stock = stock
        self.levels: dict[str, int] = {}
        self.queues: dict[str, Queue] = {}
        self.movements: list[Movement] = []
        self.events: list[Event] = []

    def moves(self) -> StockMoves:
        """Return the changes of stock and queues, with the events."""
        return StockMoves(self.levels, self.queues, tuple(self.movements), tuple(self.events))

    def left(self, sku: str) -> int:
        """Return the pieces that are available after the moves so far."""
        return self.levels[sku] if sku in self.levels else self.stock.left(sku)

    def queue(self, sku: str) -> Queue:
        """Return the orders that wait after the moves so far."""
        return self.queues[sku] if sku in self.queues else self.stock.queue(sku)

    def move(self, movement: Movement) -> None:
        """Change the available quantity."""
        available = self.left(movement.sku) + movement.change
        self.levels[movement.sku] = available
        self.movements.append(movement)
        self.events.append(
            StockChanged(
                sku=movement.sku,
                change=movement.change,
                available=available,
                cause=movement.cause,
                order_id=movement.order_id,
            )
        )

    def join(self, order: Order, sku: str) -> None:
        """Let an order wait for what its lines lack of a product."""
        queue = left_by(self.queue(sku), order.order_id)
        self.queues[sku] = joined(queue, order, sku)
        self.levels[sku] = self.left(sku)  # so that there is a row that others lock

    def short(self, order: Order, sku: str) -> None:
        """Announce what an order lacks of a product."""
        missing = order.lacking[sku]
        self.events.append(StockShort(sku=sku, missing=missing, order_id=order.order_id))

    def serve(self, sku: str) -> None:
        """Serve the orders that wait for a product, in the order of placing."""
        queue, got = served(self.queue(sku), self.left(sku))
        if not got:
            return
        self.queues[sku] = queue
        for order_id, count in got.items():
            self.move(Movement(sku, -count, RESERVED, order_id))
        self.events.append(self._reserved(sku, got))

    def _reserved(self, sku: str, got: Mapping[UUID, int]) -> StockReserved:
        queue, still = self.queue(sku), self._still_waiting(got)
        return StockReserved(
            sku=sku,
            available=self.left(sku),
            filled_order_ids=[order_id for order_id in got if order_id not in still],
            reservations=[
                Reservation(order_id=order_id, quantity=count, missing=lacking(queue, order_id))
                for order_id, count in got.items()
            ],
        )

    def _still_waiting(self, orders: Collection[UUID]) -> set[UUID]:
        queues: Iterable[Queue] = {**self.stock.queues_of(orders), **self.queues}.values()
        waiting = {wait.order_id for queue in queues for wait in queue}
        return waiting & set(orders)
