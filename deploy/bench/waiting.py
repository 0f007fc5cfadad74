"""Measure how long messages wait behind others: questions behind commands and renders, an invoice
behind a batch of prints, one shop behind another's flood. Beside each is the same without load.

All servers run on this machine: a RabbitMQ node, PostgreSQL, one worker process of `orders` and one
of `documents`, with their usual settings.
"""

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

from deploy.bench.orders import Bench
from deploy.bench.publishing import logins_of, publish_confirmed
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.documents.adapters.content_store import InDatabase
from services.documents.adapters.render_pool import RenderPool
from services.documents.adapters.templates import built_in
from services.documents.domain.branding import BUILT_IN, Branding
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import sample
from services.documents.work import Adapters
from services.documents.worker import service as documents
from services.orders.worker import service as orders
from shared.clients.client import Client, Request, open_client
from shared.clients.connection import connect, queue_counts
from shared.clients.subscriptions import Subscription, subscribe
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.contracts.orders import InvoiceIssued
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.errors import AftercartError
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import EVENTS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

DELAYS = (1.0, 10.0)
ANSWER = 120.0  # seconds
LISTS = ("order.list", "document.list")
SECOND_SHOP = "second"
PAUSE = 0.01  # seconds between two questions
STATES = ("backorder_unpaid", "payment_error", "awaiting_cheque")
"""Moves without documents."""


@dataclass(frozen=True)
class Latencies:
    """Seconds that each of some messages took."""

    seconds: Sequence[float]

    def percentile(self, percent: int) -> float:
        """Return the latency, in milliseconds, that `percent` of the messages do not exceed."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Waiting:
    """Two services with `count` orders and as many stored documents as a batch has."""

    def __init__(self, rabbit: RabbitNode, postgres: Postgres, count: int, batch: int) -> None:
        self.rabbit, self.count, self.batch = rabbit, count, batch
        self.urls = {name: postgres.create_database(name) for name in ("orders", "documents")}
        self.orders = Bench(rabbit, self.urls["orders"], count)
        self._numbers = itertools.count(10**6)

    def prepare(self) -> None:
        """Create topology, schemas, orders and documents."""
        logins = logins_of(("orders", "documents", "client"))
        with Management(self.rabbit.admin_management_url) as management:
            apply(definitions([orders, documents], DELAYS, logins), management)
        self.orders.prepare()
        engine = engine_for(self.urls["documents"])
        migrations.upgrade(documents, engine)
        adapters = Adapters(SameDocument(), InDatabase(), built_in)
        pipeline = Pipeline(documents, engine, _confirm, adapters=adapters)
        for number in range(self.batch):
            pipeline.process([receive(_invoice(number).body)])
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM outbox")

    @contextmanager
    def workers(self, directory: Path) -> Iterator[None]:
        """Run a worker process of each service."""
        started = []
        try:
            for name, url in self.urls.items():
                started.append(Process(directory, f"worker-{name}"))
                command = [sys.executable, "-m", "shared.cli.main", "worker", name]
                started[-1].start(command, env=self._settings(name, url))
            with open_client(self.orders.client_url, "bench") as client:
                for name in LISTS:
                    client.request(name, {}, timeout=ANSWER)
            yield
        finally:
            for worker in started:
                worker.stop(timeout=30)

    def questions(self, goes_on: Callable[[int], bool]) -> dict[str, Latencies]:
        """Ask for both lists in turn, as long as `goes_on` says by the number of rounds."""
        taken: dict[str, list[float]] = {name: [] for name in LISTS}
        with open_client(self.orders.client_url, "questions") as client:
            while goes_on(len(taken[LISTS[0]])):
                for name, found in taken.items():
                    began = time.perf_counter()
                    client.request(name, {}, timeout=ANSWER)
                    found.append(time.perf_counter() - began)
                    time.sleep(PAUSE)
        return {name: Latencies(found) for name, found in taken.items()}

    def load(self, commands: int, renders: int) -> None:
        """Publish commands and invoices to render, more than the workers can handle at once."""
        self.publish(_invoice(self.batch + number) for number in range(renders))
        for state in STATES[: commands // self.count]:
            self.orders.publish(state)

    def invoices(self, goes_on: Callable[[int], bool]) -> Latencies:
        """Issue invoices one after another; measure from the event to the stored document."""
        taken: list[float] = []
        with connect(self.orders.client_url, "invoices") as connection:
            events = subscribe(connection, "document.rendered")
            while goes_on(len(taken)):
                began = time.perf_counter()
                event = _invoice(next(self._numbers))
                self.publish([event])
                _await_rendered(events)
                taken.append(time.perf_counter() - began)
        return Latencies(taken)

    def print_batches(self, count: int) -> None:
        """Request the stored documents as one PDF, `count` times."""
        with open_client(self.orders.client_url, "bench") as client:
            for _ in range(count):
                request = Request(
                    "document.print_batch",
                    {"batch_id": str(uuid4()), "kinds": ["invoice"], "part_size": self.batch},
                )
                client.send(request, expect_reply=False)

    def second_shop(self, seconds_between: float, goes_on: Callable[[int], bool]) -> Latencies:
        """Place orders of the second shop at a fixed rate; measure until their replies."""
        with open_client(self.orders.client_url, "second") as client:
            for name, data in (
                ("shop.put", samples.PUT_SHOP),
                ("product.put", samples.PUT_PRODUCT),
                ("stock.set", {"sku": "MUG-BLUE", "quantity": 10_000}),
            ):
                client.request(name, data, shop=SECOND_SHOP, timeout=ANSWER)
            return Latencies(_at_a_fixed_rate(client, seconds_between, goes_on))

    def flood(self, commands: int) -> threading.Thread:
        """Begin to publish commands of the first shop in a thread, as fast as possible."""

        def publish() -> None:
            for state in STATES[-(commands // self.count) :]:
                self.orders.publish(state)

        thread = threading.Thread(target=publish)
        thread.start()
        return thread

    @contextmanager
    def waiting(self, *queues: str) -> Iterator[Callable[[int], bool]]:
        """Provide a function that says whether messages wait in one of some queues, counted once a
        second.
        """
        state = {"until": 0.0, "waits": True}
        with connect(self.orders.client_url, "bench") as connection:

            def waits(_done: int) -> bool:
                if time.monotonic() > state["until"]:
                    counts = [queue_counts(connection, queue) for queue in queues]
                    state["waits"] = any(found and found.messages for found in counts)
                    state["until"] = time.monotonic() + 1
                return bool(state["waits"])

            yield waits

    def empty(self, *queues: str) -> None:
        """Remove all waiting messages of some queues."""
        with connect(self.rabbit.admin_amqp_url, "bench") as connection:
            for queue in queues:
                connection.channel().queue_purge(queue)

    def publish(self, messages: Iterable[Outgoing]) -> None:
        """Publish events, each confirmed."""
        publisher = Publisher(self.rabbit.admin_amqp_url, "bench")
        publish_confirmed(publisher, list(messages))
        publisher.close()

    def _settings(self, name: str, url: str) -> dict[str, str]:
        prefix = f"AFTERCART_{name.upper()}"
        return {
            f"{prefix}_BROKER_URL": self.rabbit.amqp_url(name, name),
            f"{prefix}_DATABASE_URL": url,
            f"{prefix}_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            f"{prefix}_LOG_LEVEL": "warning",
            "AFTERCART_ENV_FILE": "/dev/null",
        }


class SameDocument(RenderPool):
    """A renderer that returns the same PDF for every invoice."""

    @cached_property
    def rendered(self) -> Rendered:
        """Return the only document, rendered at its first use."""
        return super().render(sample("invoice", "en"))

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        return self.rendered


def _at_a_fixed_rate(client: Client, between: float, goes_on: Callable[[int], bool]) -> list[float]:
    """Send a command every `between` seconds, whether or not the ones before were answered."""
    pending: dict[str, tuple[Request, float]] = {}
    taken: list[float] = []
    sent, due = 0, time.perf_counter()
    while pending or goes_on(sent):
        if time.perf_counter() >= due and goes_on(sent):
            placed = {"order_id": str(uuid4()), "reference": uuid4().hex[:9].upper()}
            request = Request("order.place", samples.PLACE_ORDER | placed, SECOND_SHOP)
            client.send(request)
            pending[request.id] = (request, time.perf_counter())
            sent, due = sent + 1, due + between
        wait = 0.005
        for request, began in list(pending.values()):
            if list(client.replies(request, wait)):
                taken.append(time.perf_counter() - began)
                del pending[request.id]
            wait = 0.0
        if not pending:
            time.sleep(wait)
    return taken


def _await_rendered(events: Subscription) -> None:
    while True:
        event = events.poll(ANSWER)
        if event is None:
            raise AftercartError("No document was rendered in time.")
        with suppress(KeyError):
            if event.data["document"]["number"].startswith("IN1"):
                return


def _invoice(number: int) -> Outgoing:
    order_id = uuid4()
    snapshot = sample("invoice", "en").model_copy(
        update={
            "document_id": uuid4(),
            "order_id": UUID(str(order_id)),
            "number": f"IN{number:06d}",
        }
    )
    data = InvoiceIssued(order_id=order_id, document=snapshot).model_dump(mode="json")
    envelope = Envelope(
        id=str(uuid4()), source="/bench", type=wire_type("invoice.issued"), data=data
    )
    return Outgoing(EVENTS, "invoice.issued", envelope.encode(), envelope.id)


def _confirm(messages: Sequence[Outgoing]) -> list[Outcome]:
    return [Outcome.CONFIRMED] * len(messages)
