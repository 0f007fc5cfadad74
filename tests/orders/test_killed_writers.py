"""Processes number documents at once and are killed at random: no gap, no duplicate, nothing twice.

Thirty-two on PostgreSQL. On SQLite, which has one writer, eight meet as often.
"""

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from random import Random
from signal import SIGKILL

import pytest

from tests.orders.words import Storefront, rows
from tests.orders.writing import write
from tests.words import envelope

pytestmark = pytest.mark.slow

WRITERS = {"postgresql": 32, "sqlite": 8}
EACH = 6  # messages for each
KILLS = {"postgresql": 40, "sqlite": 12}
context = multiprocessing.get_context("forkserver")


class Writers:
    """Worker processes; one that dies is restarted with the same messages, since nobody
    acknowledged them.
    """

    def __init__(self, url: str, work: Sequence[Sequence[bytes]], kills: int) -> None:
        self.url, self.work, self.kills, self.killed = url, work, kills, 0
        self.chance = Random(1)
        self.running: dict[int, ForkServerProcess] = {}
        self.begun: dict[int, Event] = {}

    def run(self) -> None:
        context.set_forkserver_preload(["tests.orders.writing"])
        for index in range(len(self.work)):
            self._start(index)
        while self.running:
            patience = self.chance.uniform(0, 0.05) if self.killed < self.kills else None
            wait([process.sentinel for process in self.running.values()], patience)
            self._bury()
            writing = [index for index in sorted(self.running) if self.begun[index].is_set()]
            if writing and self.killed < self.kills:
                self._kill(self.chance.choice(writing))

    def _start(self, index: int) -> None:
        self.begun[index] = context.Event()
        task = (self.url, self.work[index], 1 + index % 3, self.begun[index])
        self.running[index] = context.Process(target=write, args=task, daemon=True)
        self.running[index].start()

    def _bury(self) -> None:
        for index, process in [*self.running.items()]:
            if process.exitcode is not None:
                del self.running[index]
                if process.exitcode:
                    assert process.exitcode == -SIGKILL
                    self.killed += 1
                    self._start(index)

    def _kill(self, index: int) -> None:
        self.running[index].kill()
        self.running[index].join()
        self._bury()


@pytest.mark.timeout(1800)
def test_numbers_have_no_gap_and_no_duplicate_though_writers_are_killed(
    shop: Storefront, url: str
) -> None:
    database = shop.desk.engine.dialect.name
    count, kills = WRITERS[database], KILLS[database]
    shop.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 2 * count * EACH})
    moves = [
        {"order_id": order_id, "to": "processing"} for order_id in shop.place_all(count * EACH)
    ]
    bodies = [envelope("order.transition", move, shop=shop.shop).encode() for move in moves]
    writers = Writers(url, [bodies[start::count] for start in range(count)], kills)
    writers.run()
    assert writers.killed >= kills // 2
    for kind, prefix in (("invoice", "IN"), ("delivery_slip", "DE")):
        found = sorted(
            row.number for row in rows(shop.desk.engine, "documents", shop=shop.shop, kind=kind)
        )
        assert found == [f"{prefix}{number:06d}" for number in range(1, len(bodies) + 1)]
    told = Counter(event.name for event in shop.desk.outbox() if event.shop == shop.shop)
    assert (
        told["invoice.issued"]
        == told["delivery_slip.issued"]
        == told["order.transitioned"]
        == len(bodies)
    )
