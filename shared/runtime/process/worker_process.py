"""Run one worker process of a service, from its start to a graceful stop."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
from sqlalchemy import Engine

from shared.runtime.clock import utc_now
from shared.runtime.errors import SchemaError
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.pipeline.overflow import FloodDetector, Overflow
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.pipeline.push_listener import PushListener
from shared.runtime.pipeline.relay import Relay
from shared.runtime.pipeline.unread import Unrouted
from shared.runtime.process import log
from shared.runtime.process.batch_worker import BatchWorker
from shared.runtime.process.database_figures import DatabaseFigures
from shared.runtime.process.lanes import Lane, lanes_of
from shared.runtime.process.ready_pipe import ReadyReport
from shared.runtime.process.schema_watch import SchemaWatch
from shared.runtime.process.trace_export import start_export
from shared.runtime.rabbitmq.broker import SafeRabbitmqBroker
from shared.runtime.rabbitmq.middleware import load_middleware
from shared.runtime.rabbitmq.names import STREAM
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.queue_counts import QueueCounts
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import inbox_periods, schedule
from shared.runtime.storage.database import engine_for
from shared.runtime.weight import Weight

logger = structlog.get_logger()

MAX_HANDLER_SECONDS = 600.0  # then the process ends
# A thread that answers queries waits for Python's lock after each statement, up to this long while
# another one decides a batch. Python's default is ten times as much.
SWITCH_SECONDS = 0.0005
CHECK_SECONDS = 1.0  # between two checks of the threads
COLLECT_AFTER = 20_000  # new objects; Python's default is 700
FAULT = 70  # exit code (EX_SOFTWARE); the supervisor starts another process


class WorkerProcess:
    """A service connected to its database and to RabbitMQ. Call `start`, then `fault` regularly,
    then `stop`.
    """

    def __init__(self, service: Service, settings: ServiceSettings, threads: int = 1) -> None:
        self.service, self.settings = service, settings
        urls = settings.broker_url.get_secret_value()
        url = settings.database_url.get_secret_value()
        self.engine = engine_for(
            url, 2 * threads + settings.bulk_threads + settings.question_threads
        )
        self.replica: Engine | None = None
        if settings.replica_database_url:
            replica = settings.replica_database_url.get_secret_value()
            self.replica = engine_for(replica, settings.question_threads)
        self.schema_watch = SchemaWatch(service, self.engine)
        self.publisher = Publisher(
            urls, f"{service.name} publisher", awaits=STREAM, reconnect_when_refused=True
        )
        # Replies go to queues of external clients. Publishing there must hold up nothing else, and
        # a full one is no reason to reconnect.
        self.replier = Publisher(urls, f"{service.name} replies")
        self.relay = Relay(
            service.name,
            self.engine,
            self.publisher.publish,
            journal_days=settings.journal_days,
        )
        self.reply_relay = Relay(service.name, self.engine, self.replier.publish, replies=True)
        self.adapters = service.adapters(settings)
        self.push_listener = (
            PushListener(service, self.engine, self.adapters, self._wake_relays)
            if service.listen
            else None
        )
        self.broker = SafeRabbitmqBroker(
            service.name,
            urls,
            self.publisher,
            settings.retry_delays,
            load_middleware(settings.middleware),
        )
        self.worker = BatchWorker(self.broker, service, self._lanes(threads))
        self.figures = DatabaseFigures(
            service,
            self.engine,
            self.adapters,
            QueueCounts(urls, service.name, list(self.worker.lanes), settings.retry_delays),
        )

    def start(self) -> None:
        """Start to consume and to relay messages."""
        self._boot()
        self.schema_watch.start()
        self.relay.start()
        self.reply_relay.start()
        self.broker.emit_after("process_boot")
        self.worker.start()
        if self.push_listener:
            self.push_listener.start()
        self.figures.start()

    @property
    def ready(self) -> bool:
        """Return whether it is connected to RabbitMQ; it does not start without its database."""
        return self.publisher.connected and self.worker.connected

    def fault(self) -> str | None:
        """Return why this process must end, or None."""
        if not (self.relay.is_alive() and self.reply_relay.is_alive()):
            return "a relay died"
        if not (self.publisher.alive and self.replier.alive):
            return "a publisher died"
        return self.worker.fault(MAX_HANDLER_SECONDS)

    def stop(self) -> None:
        """Finish running batches and return all other messages to the queue."""
        self.schema_watch.stop()
        if self.push_listener:
            self.push_listener.stop()
        self.worker.stop()
        self.figures.stop()
        self.relay.stop()
        self.reply_relay.stop()
        self.publisher.close()
        self.replier.close()
        self.broker.close()
        self.engine.dispose()
        if self.replica:
            self.replica.dispose()

    def _wake_relays(self, partitions: set[int]) -> None:
        for relay in (self.reply_relay, self.relay):
            its = partitions.intersection(relay.partitions)
            if its:
                relay.wake(its)

    def _lanes(self, threads: int) -> list[Lane]:
        detector = FloodDetector(lambda: self.worker.backlog(self.service.name))
        return lanes_of(
            self.service,
            self.settings,
            threads,
            pipeline=self._pipeline,
            overflow=Overflow(self.engine, detector),
            unrouted=Unrouted(self.service.name, self.engine, self.replier.publish),
        )

    def _pipeline(self, weight: Weight) -> Pipeline:
        return Pipeline(
            self.service,
            self.engine,
            self.replier.publish,
            adapters=self.adapters,
            on_commit=self._wake_relays,
            weight=weight,
            replica=self.replica,
        )

    def _boot(self) -> None:
        inbox_periods.prepare(self.engine, utc_now())
        with self.engine.begin() as connection:
            work = self.service.work(connection, self.adapters)
            work.service, work.now = self.service.name, utc_now()
            writer = OutboxWriter(self.service.name, self.service.weight_of)
            rows = [writer.initial(later, work.now) for later in self.service.boot(work)]
            work.keep()
            work.write()
            schedule.add(connection, rows)


def run(service: Service, settings: ServiceSettings, threads: int) -> int:
    """Run until SIGTERM or SIGINT and return 0. If a thread dies, exit with `FAULT`.

    Raises `SchemaError`, after a graceful stop, if a newer version migrated the database and this
    one no longer works with it.
    """
    log.configure(settings, service=service.name, pid=os.getpid())
    export_the_rest = start_export(service.name)
    ready = ReadyReport()
    ready.settings_are_read()
    with _stop_signal() as stopping:
        process = WorkerProcess(service, settings, threads)
        _spare_collector()
        sys.setswitchinterval(SWITCH_SECONDS)
        process.start()
        batch = settings.batch or service.batch
        logger.info("worker", outcome="started", threads=threads, batch=batch)
        parent = os.getppid()
        while not stopping.wait(CHECK_SECONDS):
            if os.getppid() != parent:  # the supervisor is gone
                break
            fault = process.fault()
            if fault:
                logger.critical("worker", outcome="failed", reason=fault)
                # A dead or stuck thread cannot be joined. Nothing is lost: unconfirmed messages
                # are delivered again.
                os._exit(FAULT)
            if process.schema_watch.problem:
                break
            ready.report(process.ready)
        process.stop()
        export_the_rest()
        logger.info("worker", outcome="stopped")
    if process.schema_watch.problem:
        raise SchemaError(process.schema_watch.problem)
    return 0


def _spare_collector() -> None:
    """Exclude all loaded modules from garbage collection, and collect less often.

    A full collection over all modules takes about 130 ms, and each batch of 200 messages made
    enough objects for one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """Provide an event that is set by SIGTERM or SIGINT."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
