"""Measure transitions per second, from published command to confirmed event, beside the same
statements in pgbench.

All servers run on this machine: a RabbitMQ node with quorum queues, PostgreSQL with fsync, one
worker process with one thread. `batch 1` takes one message per transaction, as most systems do; the
difference is the gain of batches.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, text

from deploy.bench import pgbench
from deploy.bench.publishing import logins_of, publish_confirmed
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.clock import utc_now
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import inbox_periods, migrations
from shared.runtime.storage.database import engine_for

SCRIPT = Path(__file__).parent / "transition.sql"
DELAYS = (1.0, 10.0)
MOVES = {1: "backorder_unpaid", 50: "payment_error", 200: "awaiting_cheque"}
"""Batch size -> the move its run makes: plain ones, without documents."""


class Bench:
    """RabbitMQ, PostgreSQL and `count` placed orders."""

    def __init__(self, rabbit: RabbitNode, database_url: str, count: int) -> None:
        self.rabbit, self.database_url, self.count = rabbit, database_url, count
        self.engine: Engine = engine_for(database_url)
        self.order_ids = [str(uuid4()) for _ in range(count)]
        self.client_url = rabbit.amqp_url("client", "client")

    def prepare(self) -> None:
        """Create the topology, and fill the database."""
        logins = logins_of(("orders", "client"))
        with Management(self.rabbit.admin_management_url) as management:
            apply(definitions([service], DELAYS, logins), management)
        self.fill()

    def fill(self) -> None:
        """Create schema and orders."""
        migrations.upgrade(service, self.engine)
        inbox_periods.prepare(self.engine, utc_now())
        pipeline = self.pipeline()
        stock = {"sku": "MUG-BLUE", "quantity": 2 * self.count}
        for name, data in (
            ("shop.put", samples.PUT_SHOP),
            ("product.put", samples.PUT_PRODUCT),
            ("stock.set", stock),
        ):
            pipeline.process([receive(envelope_of(name, data).encode())])
        places = []
        for number, order_id in enumerate(self.order_ids):
            named = {"order_id": order_id, "reference": f"BENCH-{number}"}
            envelope = envelope_of("order.place", {**samples.PLACE_ORDER, **named})
            places.append(receive(envelope.encode()))
        for start in range(0, self.count, 200):
            pipeline.process(places[start : start + 200])
        self.forget_events()

    def pipeline(self) -> Pipeline:
        """Return the pipeline of `orders` on the database of the benchmark, without RabbitMQ."""
        return Pipeline(service, self.engine, lambda messages: [Outcome.CONFIRMED] * len(messages))

    def forget_events(self) -> None:
        """Delete the events that were never to be published."""
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))

    def transitions(self, batch: int, directory: Path, state: str = "") -> float:
        """Return the transitions per second of one worker process with up to `batch` messages in
        a transaction, to a state or to that of `MOVES`.
        """
        self.publish(state or MOVES[batch])
        worker = Process(directory, f"worker-{batch}")
        with connect(self.client_url, "bench") as connection:
            events = subscribe(connection, "order.transitioned")
            worker.start(
                [sys.executable, "-m", "shared.cli.main", "worker", "orders"],
                env=self.settings(batch),
            )
            try:
                times = [time.perf_counter() for _ in islice(events, self.count)]
            finally:
                worker.stop(timeout=30)
        return (self.count - 1) / (times[-1] - times[0])

    def pgbench(self, clients: int, seconds: int) -> float:
        """Return the transactions per second of the same statements, one transition each,
        without RabbitMQ.
        """
        with self.engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE TABLE IF NOT EXISTS bench AS SELECT order_id, row_number() OVER () AS"
                    " number FROM orders"
                )
            )
            connection.execute(
                text("CREATE UNIQUE INDEX IF NOT EXISTS bench_number ON bench (number)")
            )
        return pgbench.rate(self.database_url, SCRIPT, {"count": self.count}, clients, seconds)

    def publish(self, state: str, order_ids: Sequence[str] | None = None) -> None:
        """Publish a transition to a state of every order, or of some."""
        order_ids = order_ids or self.order_ids
        publisher = Publisher(self.client_url, "bench")
        messages = []
        for order_id in order_ids:
            data: dict[str, object] = {"order_id": order_id, "to": state, "by": "bench"}
            messages.append(outgoing("order.transition", data))
        for start in range(0, len(messages), 500):
            publish_confirmed(publisher, messages[start : start + 500])
        publisher.close()

    def settings(self, batch: int) -> dict[str, str]:
        """Return the environment of a worker that handles up to `batch` messages at once."""
        return {
            "AFTERCART_ORDERS_BROKER_URL": self.rabbit.amqp_url("orders", "orders"),
            "AFTERCART_ORDERS_DATABASE_URL": self.database_url,
            "AFTERCART_ORDERS_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            "AFTERCART_ORDERS_BATCH": str(batch),
            "AFTERCART_ORDERS_LOG_LEVEL": "warning",
            "AFTERCART_ENV_FILE": "/dev/null",
        }


@contextmanager
def servers(directory: Path, tell: Callable[[str], None]) -> Iterator[tuple[RabbitNode, Postgres]]:
    """Run RabbitMQ and PostgreSQL for the benchmark, and stop them at the end."""
    rabbit, postgres = RabbitNode(directory / "rabbitmq"), Postgres(directory / "postgres")
    try:
        tell("starting RabbitMQ and PostgreSQL")
        rabbit.start()
        postgres.start()
        yield rabbit, postgres
    finally:
        rabbit.stop()
        postgres.stop()


def envelope_of(name: str, data: dict[str, object]) -> Envelope:
    """Return a new message of the benchmark."""
    return Envelope(id=str(uuid4()), source="/bench", type=wire_type(name), data=data)


def outgoing(name: str, data: dict[str, object]) -> Outgoing:
    """Return a command to publish."""
    envelope = envelope_of(name, data)
    return Outgoing(COMMANDS, name, envelope.encode(), envelope.id)
