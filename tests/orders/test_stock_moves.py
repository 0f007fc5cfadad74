"""What orders take of the stock and give back, without a database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from services.orders.domain.backorder import Queue, Wait
from services.orders.domain.stock_moves import counted, given_back, taken
from tests.orders.words import MUG, NOON, TEA, a_placed_order


@dataclass
class Shelf:
    """The stock as a mapping."""

    levels: dict[str, int] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)

    def left(self, sku: str) -> int:
        return self.levels.get(sku, 0)

    def queue(self, sku: str) -> Queue:
        return self.queues.get(sku, ())

    def queues_of(self, orders: Collection[UUID]) -> Mapping[str, Queue]:
        return self.queues


def names(events: Collection[object]) -> list[str]:
    return [event.name for event in events]  # type: ignore[attr-defined]


def test_what_is_there_is_taken_and_the_rest_is_waited_for() -> None:
    order = a_placed_order()
    order = replace(order, lines=(replace(order.lines[0], missing=1),))
    moves = taken(Shelf({MUG: 1}), order, "order.place")
    assert moves.levels == {MUG: 0}
    assert [wait.quantity for wait in moves.queues[MUG]] == [1]
    assert [(each.change, each.cause) for each in moves.movements] == [(-1, "order.place")]
    assert names(moves.events) == ["stock.changed", "stock.short"]


def test_pieces_that_come_in_are_for_those_who_wait_first() -> None:
    first, second = uuid4(), uuid4()
    queue = (Wait(NOON, first, 0, 2), Wait(NOON, second, 0, 2))
    elsewhere = {TEA: (Wait(NOON, first, 1, 1),)}
    moves = counted(Shelf({MUG: 0}, {MUG: queue, **elsewhere}), MUG, 3, "stock.adjust")
    assert moves.levels == {MUG: 0}
    assert [(wait.order_id, wait.quantity) for wait in moves.queues[MUG]] == [(second, 1)]
    reserved = moves.events[-1]
    assert reserved.filled_order_ids == []  # type: ignore[attr-defined]
    assert [each.change for each in moves.movements] == [3, -2, -1]


def test_an_order_that_gives_all_back_waits_no_more() -> None:
    order, other = a_placed_order(), uuid4()
    queue = (Wait(NOON, order.order_id, 0, 1), Wait(NOON, other, 0, 1))
    moves = given_back(Shelf({MUG: 0}, {MUG: queue}), order, "cancelled")
    assert moves.queues[MUG] == ()
    assert moves.levels == {MUG: 1}
    assert names(moves.events) == ["stock.changed", "stock.changed", "stock.reserved"]
    assert moves.events[-1].filled_order_ids == [other]  # type: ignore[attr-defined]
