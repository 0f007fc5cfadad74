"""Both versions of `orders` work side by side on the newer database, on PostgreSQL and RabbitMQ."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.contracts import samples
from shared.runtime.process.supervisor import OUTDATED
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import FAR, until
from tests.house.next_version import REMARK
from tests.revisions import BUILD_INDEX, CONTRACT, EXPAND, later_version
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, envelope
from tests.words import an_order

pytestmark = pytest.mark.slow

LOGIN = Login("orders", "orders-secret")
OLD, NEXT = "shared.cli.main", "tests.house.next_version"
KNOWN = migrations.revisions(service.migrations)[-1]
NEWER, LAST = (f"{int(KNOWN) + count:04}" for count in (2, 3))
TOO_NEW = (
    f"The database of orders is at revision '{LAST}', which needs Aftercart with revision '{LAST}'"
    " or later, and this version knows '{known}': deploy the newer version."
)


class OrdersFixture(RabbitFixture):
    """The topology of `orders` in a virtual host of its own."""

    def topology(self, service: Service = service) -> Definitions:
        return definitions([service], self.delays, {"orders": LOGIN, "client": CLIENT}, self.vhost)


class Load(threading.Thread):
    """Publishes one order after another until it is stopped."""

    def __init__(self, rabbitmq: RabbitFixture) -> None:
        super().__init__(daemon=True)
        self.publisher = Publisher(rabbitmq.url(CLIENT), "load")
        self.published: list[str] = []
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.1):
            message = envelope("order.place", an_order())
            sent = Outgoing(COMMANDS, message.name, message.encode(), message.id)
            assert self.publisher.publish([sent]) == [Outcome.CONFIRMED]
            self.published.append(message.data["order_id"])

    def stop(self) -> None:
        self._stopping.set()
        if self.ident is not None:  # it was started
            self.join(FAR)
        self.publisher.close()


class Worlds:
    """The database, RabbitMQ, and the worker processes of both versions."""

    def __init__(self, rabbitmq: RabbitFixture, url: str, directory: Path) -> None:
        self.rabbitmq, self.url, self.directory = rabbitmq, url, directory
        self.engine = engine_for(url)
        self.load = Load(rabbitmq)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, version: str, *command: str) -> "Started":
        log = self.directory / f"{len(self.processes)}.log"
        environment = {
            **os.environ,
            "AFTERCART_ORDERS_BROKER_URL": self.rabbitmq.url(LOGIN),
            "AFTERCART_ORDERS_DATABASE_URL": self.url,
            "AFTERCART_ORDERS_LOG_FORMAT": "json",
            "AFTERCART_ORDERS_BATCH": "5",
            "NEXT_REVISIONS": str(self.directory / "next"),
        }
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", version, *command],
                env=environment,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return Started(process, log)

    def worker(self, version: str) -> "Started":
        """Start a worker process and wait until it works."""
        started = self.start(version, "worker", "orders", "--child")
        until(lambda: '"outcome": "started"' in started.said())
        return started

    def rows(self, query: str) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(text(query)).scalars())

    def await_more_orders(self) -> None:
        """Wait until ten more orders are placed, by those that run now."""
        enough = self.rows("SELECT count(*) FROM orders")[0] + 10
        until(lambda: self.rows("SELECT count(*) FROM orders")[0] >= enough)

    def close(self) -> None:
        self.load.stop()  # a publisher that is left connects, and logs, again and again
        for process in self.processes:
            process.kill()
            process.wait()
        self.engine.dispose()


class Started:
    """A process and what it printed."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def said(self) -> str:
        return self.log.read_text()

    def ended(self) -> int:
        return self.process.wait(FAR)

    def stop(self) -> int:
        self.process.terminate()
        return self.ended()


@pytest.fixture
def worlds(rabbit: RabbitNode, postgres: Postgres, tmp_path: Path) -> Iterator[Worlds]:
    rabbitmq = OrdersFixture(rabbit)
    found = Worlds(rabbitmq, postgres.create_database("rolling_update"), tmp_path)
    migrations.upgrade(service, found.engine)
    yield found
    found.close()
    rabbitmq.close()


def test_nothing_is_lost_while_both_versions_work_on_the_newer_database(
    worlds: Worlds, tmp_path: Path
) -> None:
    rabbitmq = worlds.rabbitmq
    rabbitmq.send(
        envelope("shop.put", samples.PUT_SHOP),
        envelope("product.put", samples.PUT_PRODUCT),
        envelope("stock.set", {"sku": "MUG-BLUE", "quantity": 100_000}),
    )
    old = [worlds.worker(OLD), worlds.worker(OLD)]
    until(lambda: worlds.rows("SELECT available FROM stock"))
    placed = rabbitmq.listen("order.placed")
    load = worlds.load
    load.start()
    worlds.await_more_orders()

    added = [(EXPAND, KNOWN), (BUILD_INDEX, KNOWN)]
    later_version(service, tmp_path / "next", *added, table="orders")
    migrated = worlds.start(NEXT, "migrate", "orders")
    assert migrated.ended() == 0, migrated.said()
    assert worlds.rows("SELECT version_num FROM alembic_version") == [NEWER]
    worlds.await_more_orders()  # by old workers that started before
    assert old[0].stop() == 0
    old[0] = worlds.worker(OLD)
    assert '"outcome": "newer"' in old[0].said()
    new = worlds.worker(NEXT)
    worlds.await_more_orders()
    assert old[1].stop() == 0
    until(lambda: worlds.rows("SELECT 1 FROM orders WHERE remark IS NOT NULL LIMIT 1"))
    again = worlds.start(OLD, "migrate", "orders")
    assert again.ended() == 0
    assert again.said() == (
        f"orders is at {NEWER}, of a newer version that works with this one ({KNOWN})\n"
    )

    load.stop()
    until(lambda: len(worlds.rows("SELECT order_id FROM orders")) == len(load.published))
    ids = [str(order_id) for order_id in worlds.rows("SELECT order_id FROM orders")]
    assert sorted(ids) == sorted(load.published)
    assert set(worlds.rows("SELECT DISTINCT remark FROM orders")) == {None, REMARK}
    told = placed.heard(len(load.published))
    assert Counter(event.subject for event in told) == Counter(load.published)
    assert [rabbitmq.depth(queue) for queue in ("orders", "orders.dead")] == [0, 0]

    # The last revision removes what the workers need: all stop, and say why. Its file is where
    # the running workers of the next version were loaded from, as after an installation.
    later_version(service, tmp_path / "next", *added, (CONTRACT, ""), table="order_messages")
    last = worlds.start(NEXT, "migrate", "orders")
    assert last.ended() == 0, last.said()
    for process, known, code in (
        (old[0], KNOWN, OUTDATED),
        (new, NEWER, OUTDATED),
        (worlds.start(OLD, "migrate", "orders"), KNOWN, 1),
    ):
        assert process.ended() == code
        assert TOO_NEW.format(known=known) in process.said()
