"""Measure the pages of the console over HTTP, with many orders on PostgreSQL, idle and while
commands wait in the queue of `orders`.

All servers and workers run on this machine, as does the console; one user opens a page after
another.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from sqlalchemy import text

from deploy.bench.lists import Lists
from deploy.bench.publishing import publish_confirmed
from deploy.bench.waiting import Latencies
from deploy.stack import console
from deploy.stack.local import LocalStack
from deploy.stack.postgres import Postgres
from services.ingest.worker import service as ingest
from shared.clients.client import Client, open_client
from shared.clients.connection import connect, queue_counts
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.clock import utc_now
from shared.runtime.errors import AftercartError
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.storage import inbox_periods, migrations
from shared.runtime.storage.database import engine_for

SHOP = "bench"  # the shop of `lists.sql`
WHOLE = 10  # orders with lines, an invoice, mails and a thread
PIECE = 500  # commands published at once
ANSWER = 60.0  # seconds
QUEUES = ("orders", "orders.overflow")
Progress = Callable[[str], None]


class PostgresStack(LocalStack):
    """The local stack on PostgreSQL, for one shop."""

    def __init__(self, directory: Path, postgres: Postgres) -> None:
        super().__init__(directory)
        self._postgres = postgres

    def database_url(self, name: str) -> str:
        """Return the URL of a service's database, which is created if it is new."""
        return self._postgres.create_database(name)

    def _settings(self) -> dict[str, str]:
        return super()._settings() | {"AFTERCART_CONSOLE_SHOPS": json.dumps({SHOP: "The shop"})}


class Pages:
    """The console of a stack with `orders` orders and `threads` threads, and a user's login."""

    def __init__(self, stack: LocalStack, orders: int, threads: int) -> None:
        self.stack, self.orders, self.threads = stack, orders, threads
        self.paths: dict[str, list[str]] = {}
        self._http = httpx2.Client(timeout=ANSWER, trust_env=False)

    def prepare(self, progress: Progress) -> None:
        """Create orders and threads, start all services and the console, and log in."""
        progress(f"creating {self.orders:,} orders and {self.threads:,} threads")
        Lists(self.stack.database_url("orders"), self.orders).prepare()
        _fill_threads(self.stack.database_url("ingest"), self.threads)
        self.stack.up(progress)
        with open_client(self.stack.amqp_url("client"), "bench") as client:
            whole = _whole_orders(client)
            threads = [_thread_of(client, order) for order in whole]
        password = console.start(self.stack, progress).rpartition("password ")[2].split(" ")[0]
        self._http.base_url = f"http://127.0.0.1:{console.port(self.stack)}"
        answer = self._http.post(
            "/login",
            data={"name": console.FIRST_USER, "password": password},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        if answer.status_code != httpx2.codes.SEE_OTHER:
            raise AftercartError(f"The login failed: {answer.status_code}.")
        self.paths = {
            "list of orders": ["/orders"],
            "list of orders, filtered": ["/orders?state=shipped&customer_search=ada"],
            "order": [f"/orders/{order['order_id']}" for order in whole],
            "customers": ["/customers", "/customers?text=ada"],
            "list of threads": ["/desk", "/desk?waiting=yes"],
            "thread": [f"/desk/threads/{thread}" for thread in threads],
        }

    def open(self, path: str) -> float:
        """Open a page and return the seconds until it is read completely."""
        began = time.perf_counter()
        answer = self._http.get(path)
        taken = time.perf_counter() - began
        if answer.status_code != httpx2.codes.OK:
            raise AftercartError(f"{path} was answered with the status {answer.status_code}.")
        return taken

    def timings(self, rounds: int) -> dict[str, Latencies]:
        """Open each kind of page `rounds` times, in turn."""
        taken: dict[str, list[float]] = {name: [] for name in self.paths}
        for number in range(rounds):
            for name, paths in self.paths.items():
                taken[name].append(self.open(paths[number % len(paths)]))
        return {name: Latencies(found) for name, found in taken.items()}

    @contextmanager
    def load(self, commands: int) -> Iterator[Sequence[int]]:
        """Let about `commands` transitions wait in the queue until the block ends. Provide the
        numbers that waited, counted once for each published piece.
        """
        counts: list[int] = []
        ended, begun = threading.Event(), threading.Event()
        publish = partial(self._publish, commands, counts, begun, ended)
        thread = threading.Thread(target=publish)
        thread.start()
        begun.wait(ANSWER)
        try:
            yield counts
        finally:
            ended.set()
            thread.join()

    def _publish(
        self, commands: int, counts: list[int], begun: threading.Event, ended: threading.Event
    ) -> None:
        publisher = Publisher(self.stack.amqp_url("client"), "bench")
        moves = _moves(self.stack.database_url("orders"))
        with connect(self.stack.amqp_url("console"), "bench") as connection:
            while not ended.wait(0.05):
                waiting = 0
                for queue in QUEUES:
                    found = queue_counts(connection, queue)
                    waiting += found.messages if found else 0
                counts.append(waiting)
                if waiting >= commands:
                    begun.set()
                    continue
                publish_confirmed(publisher, [next(moves) for _ in range(PIECE)])
        publisher.close()


def _fill_threads(database_url: str, count: int) -> None:
    """Create a thread for each of `count` customers of `lists.sql`, half of them waiting."""
    engine = engine_for(database_url)
    migrations.upgrade(ingest, engine)
    inbox_periods.prepare(engine, utc_now())
    pipeline = Pipeline(ingest, engine, lambda messages: [Outcome.CONFIRMED] * len(messages))
    profile = {"profile": samples.SHOP_PROFILE, "default_language": "en"}
    forms = [receive(_envelope("shop.changed", profile).encode())]
    for number in range(count):
        form = {
            "submission_id": str(uuid4()),
            "contact": "customer_service",
            "email": f"customer{number}@example.test",
            "customer_name": f"Customer {number}",
            "customer_id": f"c-{number}",
            "text": f"When will my parcel {number} arrive?",
        }
        forms.append(receive(_envelope("contact.submit", form).encode()))
    for start in range(0, count, 100):
        for verdict in pipeline.process(forms[start : start + 100]):
            if verdict.error:
                raise verdict.error
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _whole_orders(client: Client) -> list[dict[str, Any]]:
    """Place orders with all that belongs to them, and wait until their mails are stored."""
    _ask(client, "product.put", samples.PUT_PRODUCT)
    _ask(client, "stock.set", {"sku": "MUG-BLUE", "quantity": 10_000})
    found = []
    for number in range(WHOLE):
        order = samples.PLACE_ORDER | {"order_id": str(uuid4()), "reference": f"WHOLE-{number}"}
        _ask(client, "order.place", order)
        moved = {"order_id": order["order_id"], "to": "payment_accepted", "by": "bench"}
        _ask(client, "order.transition", moved)
        found.append(order)
    for order in found:
        _await_mails(client, order["order_id"])
    return found


def _await_mails(client: Client, order_id: str) -> None:
    deadline = time.monotonic() + ANSWER
    while not _ask(client, "mail.list", {"order_id": order_id})["mails"]:
        if time.monotonic() > deadline:
            raise AftercartError(f"No mail of order {order_id} was stored in time.")
        time.sleep(0.1)


def _thread_of(client: Client, order: dict[str, Any]) -> str:
    """Write to the shop about an order, and return the thread."""
    form = samples.SUBMIT_CONTACT | {
        "submission_id": str(uuid4()),
        "order_reference": order["reference"],
        "email": order["customer"]["email"],
        "customer_id": order["customer"]["customer_id"],
    }
    _ask(client, "contact.submit", form)
    listed = _ask(client, "thread.list", {"order_id": order["order_id"]})
    return str(listed["threads"][0]["thread_id"])


def _ask(client: Client, name: str, data: dict[str, Any]) -> dict[str, Any]:
    reply = client.request(name, data, shop=SHOP, timeout=ANSWER)
    if reply.refusal:
        raise AftercartError(f"'{name}' was refused: {reply.refusal.sentence}")
    return reply.data


def _moves(database_url: str) -> Iterator[Outgoing]:
    """Return commands without end that move each order of the list to a state without documents."""
    with engine_for(database_url).connect() as connection:
        chosen = text("SELECT order_id FROM orders WHERE reference LIKE 'R-%' ORDER BY reference")
        order_ids = [str(row.order_id) for row in connection.execute(chosen)]
    while True:
        for state in ("backorder_unpaid", "payment_error", "awaiting_cheque"):
            for order_id in order_ids:
                data = {"order_id": order_id, "to": state, "by": "bench"}
                envelope = _envelope("order.transition", data | {"force": True, "reason": "bench"})
                yield Outgoing(COMMANDS, "order.transition", envelope.encode(), envelope.id)


def _envelope(name: str, data: dict[str, Any]) -> Envelope:
    return Envelope(id=str(uuid4()), source="/bench", type=wire_type(name), data=data, shop=SHOP)
