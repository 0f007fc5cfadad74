"""Count rows of a service's database and messages of its queues, for Prometheus.

One process of each supervisor counts, every few seconds; a file lock says which. If it cannot
count, its values become NaN, so that no alert trusts outdated ones.
"""

import fcntl
import math
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection, Engine

from shared.contracts.figures import Figure
from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.rabbitmq.queue_counts import QueueCounts
from shared.runtime.service import Service
from shared.runtime.storage import message_tables, outbox, schedule
from shared.runtime.storage.database import reading

logger = structlog.get_logger()

INTERVAL = 10.0  # seconds between two counts
COUNTED = metrics.gauge(
    "counted_timestamp_seconds",
    "When the database (of `source`) or the queues were last counted",
    "source",
)
QUEUE_MESSAGES = metrics.gauge("queue_messages", "Messages that wait in a queue", "queue")
QUEUE_CONSUMERS = metrics.gauge("queue_consumers", "Consumers of a queue", "queue")


def figures(service: Service, connection: Connection, adapters: Any, now: datetime) -> list[Figure]:
    """Return the figures that every service has, and the service's own."""
    work = service.work(connection, adapters)
    work.service, work.now = service.name, now
    waiting = message_tables.backlog(connection)
    written, due = outbox.oldest(connection), schedule.first_due(connection)
    return [
        Figure("outbox_rows", "Messages not yet confirmed by RabbitMQ", {"": waiting["outbox"]}),
        Figure(
            "outbox_age_seconds",
            "Age of the oldest message not yet confirmed by RabbitMQ; 0: there is none",
            {"": max(0.0, (now - (written or now)).total_seconds())},
        ),
        Figure("due_rows", "Messages scheduled for later", {"": waiting["schedule"]}),
        Figure(
            "schedule_lag_seconds",
            "Seconds since the first scheduled message was due; 0: none is late",
            {"": max(0.0, (now - (due or now)).total_seconds())},
        ),
        *work.figures(),
    ]


@cache
def gauge_of(name: str, meaning: str, label: str) -> Gauge:
    """Return the gauge of a figure."""
    return metrics.gauge(name, meaning, *filter(None, [label]))


def show(counted: Iterable[Figure]) -> list[Gauge]:
    """Set the gauges of figures, and return them."""
    gauges = []
    for figure in counted:
        gauge = gauge_of(figure.name, figure.meaning, figure.label)
        gauges.append(gauge)
        for value, number in figure.values.items():
            if figure.label:
                gauge.labels(value).set(number)
            else:
                gauge.set(number)
    return gauges


class DatabaseFigures(threading.Thread):
    """Counts until it is stopped, if its supervisor answers Prometheus."""

    def __init__(
        self, service: Service, engine: Engine, adapters: Any, queues: QueueCounts
    ) -> None:
        super().__init__(daemon=True, name="figures")
        self._service, self._engine, self._adapters = service, engine, adapters
        self._queues, self._gauges = queues, list[Gauge]()
        self._stopping = threading.Event()

    def run(self) -> None:
        directory = os.environ.get(metrics.DIRECTORY)
        while directory and not self._stopping.is_set():
            with _only_one(Path(directory) / "figures.lock") as held:
                if held:
                    self._count_until_stopped()
            self._stopping.wait(INTERVAL)

    def stop(self) -> None:
        """Stop counting."""
        self._stopping.set()
        if self.is_alive():
            self.join(5)

    def _count_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self.count()
            until = time.monotonic() + INTERVAL
            while time.monotonic() < until and not self._stopping.wait(1):
                self._queues.keep_alive()
        self._queues.close()

    def count(self) -> None:
        """Count once. Never raises."""
        try:
            self._count_database()
        except Exception as error:
            for gauge in self._gauges:
                _forget(gauge)
            logger.warning("figures", outcome="uncounted", source="database", error=str(error))
        try:
            self._count_queues()
        except Exception as error:
            _forget(QUEUE_MESSAGES)
            _forget(QUEUE_CONSUMERS)
            logger.warning("figures", outcome="uncounted", source="queues", error=repr(error))

    def _count_database(self) -> None:
        with reading(self._engine) as connection:
            counted = figures(self._service, connection, self._adapters, utc_now())
        self._gauges = show(counted)
        COUNTED.labels("database").set_to_current_time()

    def _count_queues(self) -> None:
        for name, counted in self._queues.count().items():
            QUEUE_MESSAGES.labels(name).set(counted.messages)
            if name in self._queues.consumed:
                QUEUE_CONSUMERS.labels(name).set(counted.consumers)
        COUNTED.labels("queues").set_to_current_time()


def _forget(gauge: Gauge) -> None:
    for metric in gauge.collect():
        for sample in metric.samples:
            if sample.labels:
                gauge.labels(**sample.labels).set(math.nan)
            else:
                gauge.set(math.nan)


@contextmanager
def _only_one(path: Path) -> Iterator[bool]:
    """Hold a lock that the system releases when this process ends; provide whether it is held."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
