"""Measure how many rows of the outbox per second one and several worker processes publish.

All servers run on this machine. The rows are events of 1.5 kB about as many orders; a round begins
when they are committed and ends when all are confirmed and deleted.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from deploy.bench.orders import Bench
from deploy.stack.processes import Process
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.storage import outbox
from shared.runtime.storage.database import reading, statement

BODY = 1500  # bytes of an event's data
FILL = 2000  # rows written by one statement
POLL = 0.05  # seconds

_SHARES = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    " AND objid BETWEEN 0 AND :last GROUP BY pid"
)


def rate(bench: Bench, processes: int, rows: int, directory: Path) -> float:
    """Return the rows per second that so many processes of `orders` publish."""
    with _working(bench, processes, directory):
        _fill(bench, rows)
        began = time.perf_counter()
        while _waits(bench):
            time.sleep(POLL)
        return rows / (time.perf_counter() - began)


@contextmanager
def _working(bench: Bench, processes: int, directory: Path) -> Iterator[None]:
    """Run processes, from when they share all partitions evenly."""
    worker = Process(directory, f"relays-{processes}")
    command = [sys.executable, "-m", "shared.cli.main", "worker", "orders"]
    worker.start([*command, "--processes", str(processes)], env=bench.settings(200))
    try:
        even = [outbox.PARTITIONS // processes] * processes
        while _shares(bench) != even:
            time.sleep(POLL)
        yield
    finally:
        worker.stop(timeout=30)


def _shares(bench: Bench) -> list[int]:
    with reading(bench.engine) as connection:
        return list(connection.execute(_SHARES, {"last": outbox.PARTITIONS - 1}).scalars())


def _waits(bench: Bench) -> bool:
    with statement(bench.engine) as connection:
        found = connection.execute(text("SELECT 1 FROM outbox LIMIT 1"))
        return found.first() is not None


def _fill(bench: Bench, rows: int) -> None:
    with statement(bench.engine) as connection:
        connection.execute(text("TRUNCATE outbox"))
    with bench.engine.begin() as connection:
        for start in range(0, rows, FILL):
            outbox.add(connection, [_row() for _ in range(start, min(rows, start + FILL))])


def _row() -> outbox.OutboxRow:
    subject = f"default/{uuid4()}"
    data = {"text": "x" * BODY}
    kind = wire_type("order.transitioned")
    envelope = Envelope(id=str(uuid4()), source="/aftercart/orders", type=kind, data=data)
    return outbox.OutboxRow("event", "order.transitioned", subject, envelope.id, envelope.encode())
