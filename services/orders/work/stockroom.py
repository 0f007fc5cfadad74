"""Pieces that orders take, give back and wait for; every movement with its cause."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.orders.domain.backorder import joined, lacking, left_by, served, waiting_less
from services.orders.domain.order import Order
from services.orders.domain.refund import Refund
from services.orders.store.catalogue import Movements, Stock
from services.orders.store.waiting import Waiting
from shared.contracts.message import Event
from shared.contracts.orders import Reservation, StockChanged, StockReserved, StockShort
from shared.runtime.storage.unit_of_work import UnitOfWork

RESERVED = "stock.reserved"


class Stockroom(UnitOfWork):
    """The stock of the shop of the message in hand."""

    stock: Stock
    waiting: Waiting
    movements: Movements

    def left(self, sku: str) -> int:
        """What is free of a product."""
        return self.stock.get((self.shop, sku)) or 0

    def move_stock(self, sku: str, change: int, cause: str, order_id: Any = None) -> StockChanged:
        """Changes the available stock and writes the movement with its cause."""
        available = self.left(sku) + change
        self.stock.save((self.shop, sku), available)
        self.movements.add(
            shop=self.shop, sku=sku, change=change, cause=cause, order_id=order_id, at=self.now
        )
        return StockChanged(
            sku=sku, change=change, available=available, cause=cause, order_id=order_id
        )

    def take_stock(self, order: Order, cause: str) -> list[Event]:
        """Sets aside what is there for an order; for what is missing it waits its turn."""
        taken = [
            self.move_stock(sku, -count, cause, order.order_id)
            for sku, count in order.held.items()
            if count
        ]
        return [*taken, *self._wait(order)]

    def move_edited(self, before: Order, after: Order, cause: str) -> list[Event]:
        """What an edit took or gave up: pieces that are free again are for those who wait first."""
        had, has = before.held, after.held
        more = {
            sku: count - had.get(sku, 0) for sku, count in has.items() if count != had.get(sku, 0)
        }
        moved: list[Event] = [
            self.move_stock(sku, -count, cause, after.order_id) for sku, count in more.items()
        ]
        lacked, lacks = before.lacking, after.lacking
        other = {
            sku: lacks.get(sku, 0) - count
            for sku, count in (dict.fromkeys(has, 0) | lacked).items()
        }
        for sku in (sku for sku, change in other.items() if change):
            self._queue(after, sku)
        short = [self._short(after, sku) for sku, change in other.items() if change > 0]
        freed = [sku for sku, count in more.items() if count < 0]
        return [*moved, *short, *(event for sku in freed for event in self.serve(sku))]

    def _wait(self, order: Order) -> Iterable[Event]:
        for sku in order.lacking:
            self._queue(order, sku)
            yield self._short(order, sku)

    def _queue(self, order: Order, sku: str) -> None:
        queue = left_by(self.waiting.get((self.shop, sku)) or (), order.order_id)
        self.waiting.save((self.shop, sku), joined(queue, order, sku))
        self.stock.save((self.shop, sku), self.left(sku))  # so that there is a row that others lock

    def _short(self, order: Order, sku: str) -> StockShort:
        return StockShort(sku=sku, missing=order.lacking[sku], order_id=order.order_id)

    def give_back(self, order: Order, cause: str) -> list[Event]:
        """What an order held is free again, for those who wait first; it waits no more itself."""
        for sku in order.held:
            self.waiting.save(
                (self.shop, sku), left_by(self.waiting.get((self.shop, sku)) or (), order.order_id)
            )
        held = {sku: count for sku, count in order.held.items() if count}
        back: list[Event] = [
            self.move_stock(sku, count, cause, order.order_id) for sku, count in held.items()
        ]
        return [*back, *(event for sku in held for event in self.serve(sku))]

    def take_back(self, order: Order, refund: Refund, cause: str) -> list[Event]:
        """What a refund gives up of an order (as it was before): what was missing is waited for no
        more, what goes back is free again, for those who wait first.
        """
        for line in refund.lines:
            key, dropped = (
                (
                    self.shop,
                    order.lines[line.number - 1].sku,
                ),
                line.released - line.restocked,
            )
            if order.lines[line.number - 1].missing and dropped:
                queue = self.waiting.get(key) or ()
                self.waiting.save(
                    key, waiting_less(queue, order.order_id, line.number - 1, dropped)
                )
        back = [
            (order.lines[line.number - 1].sku, line.restocked)
            for line in refund.lines
            if line.restocked
        ]
        moved: list[Event] = [
            self.move_stock(sku, count, cause, order.order_id) for sku, count in back
        ]
        return [*moved, *(event for sku in dict(back) for event in self.serve(sku))]

    def serve(self, sku: str) -> list[Event]:
        """Gives what is free of a product to those who wait for it, in the order of placing, and
        tells who.
        """
        queue, got = served(self.waiting.get((self.shop, sku)) or (), self.left(sku))
        if not got:
            return []
        self.waiting.save((self.shop, sku), queue)
        moved = [
            self.move_stock(sku, -count, RESERVED, order_id) for order_id, count in got.items()
        ]
        return [*moved, self._reserved(sku, got)]

    def _reserved(self, sku: str, got: Mapping[UUID, int]) -> StockReserved:
        queue = self.waiting.get((self.shop, sku)) or ()
        still = self.waiting.still_waiting(got)
        return StockReserved(
            sku=sku,
            available=self.left(sku),
            filled=[order_id for order_id in got if order_id not in still],
            reservations=[
                Reservation(order_id=order_id, quantity=count, missing=lacking(queue, order_id))
                for order_id, count in got.items()
            ],
        )
