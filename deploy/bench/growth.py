"""Measure whether a service becomes slower as its tables and mailboxes grow.

The pipeline runs in this process, without RabbitMQ, whose queues are empty in both cases. A small
and a large database are measured in turn, so that both run under the same load.
"""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from deploy.bench.lists import Lists
from deploy.bench.mailbox import own_peak
from deploy.bench.orders import MOVES, Bench, envelope_of
from deploy.bench.placing import Placing
from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.clock import utc_now
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.storage import inbox_periods

PARTS = Path(__file__).parent / "growth.sql"
BATCH = 50  # messages of a transaction
MOVE = MOVES[BATCH]
INBOX = """
CREATE TABLE {name} (LIKE inbox);
INSERT INTO {name} (source, id, period, at)
SELECT '/bench', md5(n::text), date '{period}', now() FROM generate_series(1, {rows}) AS n;
ALTER TABLE {name} ADD PRIMARY KEY (id, source, period);
ALTER TABLE inbox ATTACH PARTITION {name} FOR VALUES IN ('{period}')
"""


class Milliseconds(NamedTuple):
    """What one message takes."""

    place: float
    transition: float


class Growth:
    """A database with many orders, and new ones."""

    def __init__(self, directory: Path, database_url: str) -> None:
        self.bench = Bench(RabbitNode(directory), database_url, 0)  # a node that is never started
        self.placing = Placing(self.bench)

    def fill(self, orders: int) -> None:
        """Create schema and orders, with fresh statistics."""
        self.bench.fill()
        lists = Lists(self.bench.database_url, orders)
        lists.prepare()
        lists.engine.dispose()
        self._execute(PARTS.read_text("utf-8"))
        self.placing.fill()
        self._execute("VACUUM ANALYZE")

    def fill_inbox(self, rows: int) -> None:
        """Claim so many messages in an earlier period."""
        period = inbox_periods.period_of(utc_now() - timedelta(days=2 * inbox_periods.DAYS))
        self._execute(INBOX.format(name="inbox_of_bench", period=period, rows=rows))
        self._execute("VACUUM ANALYZE")

    def round(self, count: int) -> Milliseconds:
        """Place orders and move each once."""
        orders = self.placing.orders(count)
        moves = []
        for order in orders:
            moves.append({"order_id": order["order_id"], "to": MOVE, "by": "bench"})
        placed = self._handle("order.place", orders)
        took = Milliseconds(placed, self._handle("order.transition", moves))
        self.bench.forget_events()
        return took

    def export(self) -> tuple[float, float]:
        """Export all orders as CSV, piece by piece. Return the rows per second, and by how many MB
        the peak memory of this process grew.
        """
        lists = Lists(self.bench.database_url, 0)
        before, began, found = own_peak(), time.perf_counter(), 0
        for rows in lists.exported():
            found += rows
        lists.engine.dispose()
        return found / (time.perf_counter() - began), own_peak() - before

    def _handle(self, name: str, messages: list[dict[str, Any]]) -> float:
        """Handle messages in batches. Return the milliseconds of each."""
        deliveries = [receive(envelope_of(name, data).encode()) for data in messages]
        pipeline, began = self.bench.pipeline(), time.perf_counter()
        for start in range(0, len(deliveries), BATCH):
            for verdict in pipeline.process(deliveries[start : start + BATCH]):
                if verdict.error or verdict.reason:
                    raise AftercartError(f"'{name}' was not done: {verdict}")
        return (time.perf_counter() - began) / len(deliveries) * 1000

    def _execute(self, statements: str) -> None:
        with self.bench.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in statements.split(";\n"):
                alone.execute(text(statement))
