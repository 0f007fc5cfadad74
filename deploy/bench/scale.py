"""Measure how the throughput of each service grows from one worker process to two.

All servers run on this machine, beside the workers. So two processes cannot do twice as much as one
on two cores; beside them is WeasyPrint alone, in one process and in two, which says what the
machine itself allows.
"""

import itertools
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from deploy.bench import ingest as mails, notify as outgoing
from deploy.bench.documents import Bare
from deploy.bench.mail_server import sink
from deploy.bench.mailbox import FullMailbox
from deploy.bench.orders import Bench
from deploy.bench.processor import tree_seconds
from deploy.bench.publishing import logins_of, publish_confirmed
from deploy.bench.rounds import OneRound, Round
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.documents.adapters import weasyprint_patches
from services.documents.domain.branding import Branding
from services.documents.domain.sample import sample
from services.documents.worker import service as documents_service
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts import samples
from shared.contracts.documents import DocumentRendered
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.contracts.orders import InvoiceIssued
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS
from shared.runtime.rabbitmq.outgoing import Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

DELAYS = (1.0, 10.0)
WARM = 3  # documents of a process before it is measured
SKIPPED = 0.2  # share of the effects before the measurement: processes start one after another
STATE = "payment_error"  # a move without documents and without stock
POLL = 0.02  # seconds
PATIENCE = 300.0  # seconds without an effect


def weasyprint(processes: int, count: int, *, changed: bool = False) -> Round:
    """Measure documents per second of processes that only render, `count` each: by WeasyPrint as it
    is installed, or with the changes that the service makes to it.
    """
    context = multiprocessing.get_context("spawn")
    ready, go = context.Barrier(processes + 1), context.Barrier(processes + 1)
    children = []
    for _ in range(processes):
        children.append(context.Process(target=_render, args=(ready, go, count, changed)))
        children[-1].start()
    ready.wait()
    began = time.perf_counter()
    go.wait()
    for child in children:
        child.join()
    return Round(processes * count / (time.perf_counter() - began))


def _render(ready: object, go: object, count: int, changed: bool) -> None:
    if changed:
        weasyprint_patches.apply()
    bare, branding = Bare(), Branding()
    html = bare.templates.fill(bare.templates.write(sample("invoice", "en")), branding)
    for _ in range(WARM):
        bare.write(html, branding)
    ready.wait()  # type: ignore[attr-defined]
    go.wait()  # type: ignore[attr-defined]
    for _ in range(count):
        bare.write(html, branding)


class Scale:
    """The services one after another; each measures one round with a number of processes."""

    def __init__(self, rabbit: RabbitNode, postgres: Postgres, directory: Path) -> None:
        self.rabbit, self.postgres, self.directory = rabbit, postgres, directory
        self.client_url = rabbit.amqp_url("client", "client")

    def documents(self, count: int) -> OneRound:
        """Return a round of `documents`: invoices from the event to the stored document."""
        with Management(self.rabbit.admin_management_url) as management:
            apply(
                definitions([documents_service], DELAYS, logins_of(("documents", "client"))),
                management,
            )
        url = self.postgres.create_database("scale_documents")
        migrations.upgrade(documents_service, engine_for(url))
        prefix = "AFTERCART_DOCUMENTS"
        settings = {
            f"{prefix}_BROKER_URL": self.rabbit.amqp_url("documents", "documents"),
            f"{prefix}_DATABASE_URL": url,
            f"{prefix}_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            f"{prefix}_LOG_LEVEL": "warning",
            "AFTERCART_ENV_FILE": "/dev/null",
        }

        def one_round(processes: int) -> Round:
            self._publish([invoice() for _ in range(count)])
            return self._events("documents", processes, settings, DocumentRendered.name, count)

        return one_round

    def orders(self, count: int, rounds: int, postgres: Postgres) -> OneRound:
        """Return a round of `orders`: transitions of different orders."""
        bench = Bench(self.rabbit, postgres.create_database("scale_orders"), count * rounds)
        bench.prepare()
        slices = iter(range(0, count * rounds, count))

        def one_round(processes: int) -> Round:
            start = next(slices)
            bench.publish(STATE, bench.order_ids[start : start + count])
            return self._events(
                "orders", processes, bench.settings(200), "order.transitioned", count
            )

        return one_round

    def placing(self, count: int) -> OneRound:
        """Return a round of `orders`: new orders of one product, whose stock is one row. Call it
        after `orders`.
        """
        url = self.postgres.create_database("scale_orders")
        bench = Bench(self.rabbit, url, 0)
        stock = command("stock.set", {"sku": "MUG-BLUE", "quantity": 10**8})
        self._publish([stock])

        def one_round(processes: int) -> Round:
            self._publish([_order() for _ in range(count)])
            return self._events("orders", processes, bench.settings(200), "order.placed", count)

        return one_round

    def notify(self, count: int) -> OneRound:
        """Return a round of `notify`: mails from the event to an SMTP server that accepts all."""
        numbers = itertools.count()

        def one_round(processes: int) -> Round:
            url = self.postgres.create_database(f"scale_notify_{next(numbers)}")
            outgoing.prepare(self.rabbit, url)
            outgoing.publish(self.rabbit, count)
            with sink() as (found, port):
                settings = outgoing.settings(self.rabbit, "notify", url, port)
                with self._worker("notify", processes, settings) as worker:
                    return self._measured(worker, lambda: found.count, count)

        return one_round

    def ingest(self, count: int, dovecot: Dovecot) -> OneRound:
        """Return a round of `ingest`: mails of one mailbox until they are filed in threads."""
        mailbox = FullMailbox(dovecot, count)
        mailbox.fill()
        numbers = itertools.count()

        def one_round(processes: int) -> Round:
            url = self.postgres.create_database(f"scale_ingest_{next(numbers)}")
            bench = mails.Bench(self.rabbit, mailbox, url)
            bench.prepare()
            return self._events("ingest", processes, bench.settings(), "mail.received", count)

        return one_round

    def _events(
        self, name: str, processes: int, settings: dict[str, str], event: str, count: int
    ) -> Round:
        """Run processes of a service until it has published `count` events."""
        with connect(self.client_url, "bench") as connection:
            events, seen = subscribe(connection, event), 0

            def published() -> int:
                # not until none is waiting, which would be when all work is done
                nonlocal seen
                until = time.monotonic() + POLL
                while seen < count and time.monotonic() < until and events.poll(POLL):
                    seen += 1
                return seen

            with self._worker(name, processes, settings) as worker:
                return self._measured(worker, published, count)

    def _measured(self, worker: Process, effects: Callable[[], int], count: int) -> Round:
        """Measure from some effects, when all processes work, until all effects."""
        first = _await(effects, int(count * SKIPPED))
        began, before = time.perf_counter(), self._processor(worker)
        last = _await(effects, count)
        seconds, after = time.perf_counter() - began, self._processor(worker)
        done = last - first
        if not done:
            raise AftercartError("All was done before the measurement began: take a larger number.")
        taken = [1000 * (end - start) / done for start, end in zip(before, after, strict=True)]
        return Round(done / seconds, *taken)

    def _processor(self, worker: Process) -> list[float]:
        return [tree_seconds(server.pid or 0) for server in (worker, self.postgres, self.rabbit)]

    @contextmanager
    def _worker(self, name: str, processes: int, settings: dict[str, str]) -> Iterator[Process]:
        worker = Process(self.directory, f"scale-{name}")
        command = [sys.executable, "-m", "shared.cli.main", "worker", name]
        worker.start([*command, "--processes", str(processes)], env=settings)
        try:
            yield worker
        finally:
            worker.stop(timeout=60)

    def _publish(self, messages: Sequence[Outgoing]) -> None:
        publisher = Publisher(self.rabbit.admin_amqp_url, "bench")
        for start in range(0, len(messages), 500):
            publish_confirmed(publisher, messages[start : start + 500])
        publisher.close()


def _await(effects: Callable[[], int], count: int) -> int:
    """Return the number of effects as soon as there are `count`."""
    found, until = effects(), time.monotonic() + PATIENCE
    while found < count:
        time.sleep(POLL)
        now = effects()
        if now > found:
            until = time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            raise AftercartError(f"Only {now} of {count} effects came within {PATIENCE:g} seconds.")
        found = now
    return found


def invoice() -> Outgoing:
    """Return the event of a new invoice of one page."""
    order_id, document_id = uuid4(), uuid4()
    snapshot = sample("invoice", "en").model_copy(
        update={
            "document_id": document_id,
            "order_id": order_id,
            "number": f"IN{document_id.int % 10**12:012d}",
        }
    )
    data = InvoiceIssued(order_id=order_id, document=snapshot).model_dump(mode="json")
    envelope = _envelope("invoice.issued", data)
    return Outgoing(EVENTS, "invoice.issued", envelope.encode(), envelope.id)


def _order() -> Outgoing:
    order_id = str(uuid4())
    named = {"order_id": order_id, "reference": order_id.replace("-", "")[:12].upper()}
    return command("order.place", samples.PLACE_ORDER | named)


def command(name: str, data: dict[str, object]) -> Outgoing:
    """Return a command."""
    envelope = _envelope(name, data)
    return Outgoing(COMMANDS, name, envelope.encode(), envelope.id)


def _envelope(name: str, data: dict[str, object]) -> Envelope:
    return Envelope(id=str(uuid4()), source="/bench", type=wire_type(name), data=data)
