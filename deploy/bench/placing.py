"""Measure new orders per second, from published command to confirmed event, beside the same
statements in pgbench.

Orders are of many products and customers, all known: those of one product would wait for its stock,
in pgbench more than in a worker, which takes many in one transaction.
"""

import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.bench import pgbench
from deploy.bench.orders import Bench, envelope_of, outgoing
from deploy.bench.publishing import publish_confirmed
from deploy.stack.processes import Process
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.publisher import Publisher

SCRIPT = Path(__file__).parent / "placing.sql"
PRODUCTS, CUSTOMERS = 100, 200
STOCK = 10_000_000
PREPARED = 200  # messages of a batch while the bench is prepared


class Placing:
    """New orders on the servers of a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self._placed = bench, 0

    def fill(self) -> None:
        """Create products with stock, and customers by a first order of each."""
        messages = []
        for number in range(PRODUCTS):
            product = {**samples.PUT_PRODUCT, "sku": f"SKU-{number}"}
            messages.append(("product.put", product))
            messages.append(("stock.set", {"sku": f"SKU-{number}", "quantity": STOCK}))
        self._handle(messages)
        self.place(CUSTOMERS)
        self.bench.forget_events()

    def place(self, count: int) -> None:
        """Place orders without RabbitMQ."""
        self._handle([("order.place", order) for order in self.orders(count)])

    def orders(self, count: int) -> list[dict[str, Any]]:
        """Return the data of new orders."""
        return [self._order() for _ in range(count)]

    def rate(self, batch: int, directory: Path) -> float:
        """Return the new orders per second of one worker process with up to `batch` messages in a
        transaction.
        """
        publisher = Publisher(self.bench.client_url, "bench")
        count = self.bench.count
        messages = [outgoing("order.place", order) for order in self.orders(count)]
        for start in range(0, count, 500):
            publish_confirmed(publisher, messages[start : start + 500])
        publisher.close()
        worker = Process(directory, f"placing-{batch}")
        with connect(self.bench.client_url, "bench") as connection:
            events = subscribe(connection, "order.placed")
            command = [sys.executable, "-m", "shared.cli.main", "worker", "orders"]
            worker.start(command, env=self.bench.settings(batch))
            try:
                times = [time.perf_counter() for _ in islice(events, count)]
            finally:
                worker.stop(timeout=30)
        return (count - 1) / (times[-1] - times[0])

    def pgbench(self, clients: int, seconds: int) -> float:
        """Return the transactions per second of the same statements, one order each, without
        RabbitMQ.
        """
        sizes = {"products": PRODUCTS, "customers": CUSTOMERS}
        return pgbench.rate(self.bench.database_url, SCRIPT, sizes, clients, seconds)

    def _handle(self, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
        pipeline = self.bench.pipeline()
        for start in range(0, len(messages), PREPARED):
            batch = messages[start : start + PREPARED]
            pipeline.process([receive(envelope_of(*message).encode()) for message in batch])

    def _order(self) -> dict[str, Any]:
        """Return another order, of the next customer and product."""
        number = self._placed
        self._placed += 1
        customer = samples.PLACE_ORDER["customer"] | {"customer_id": f"c-{number % CUSTOMERS}"}
        line = {"sku": f"SKU-{number % PRODUCTS}", "quantity": 2}
        return {
            **samples.PLACE_ORDER,
            "order_id": str(uuid4()),
            "reference": f"PLACED-{number}",
            "customer": customer,
            "lines": [line],
        }
