"""Every message of the catalogue, in two batches that come in opposite order at the same moment.

Each message is about one of two worlds that share nothing but the shop, and a batch is about both.
PostgreSQL would find a deadlock after a second, and the batch that it fails would be taken apart.
What is locked is recorded, too: one order holds over all messages of a service.
"""

import re
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from itertools import combinations, starmap
from threading import Barrier, Thread
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from pikepdf import PdfError
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from services.ingest.work.adapters import Adapters
from shared.contracts.message import Message, Query
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import Delivery, Verdict
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.service import installed_services
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.documents.builders import RenderPool, outside
from tests.ingest.builders import KEYS, SERVICE, FakeMailServer, raw_mail
from tests.notify.builders import FakeAdapters
from tests.words import delivery

SERVICES = installed_services()
Rows = list[dict[str, Any]]

WORLDS = "AB"
ADAPTERS: dict[str, Callable[[], Any]] = {
    "documents": lambda: outside(RenderPool()),
    "ingest": lambda: Adapters(
        {"service": SERVICE}, KEYS, FakeMailServer([raw_mail(), raw_mail()])
    ),
    "notify": FakeAdapters,
    "orders": lambda: None,
}
OWN = {"sku", "customer_id", "reference", "code", "order_reference"}
"""Fields that name something else in each world, beside those that hold ids."""
FIRST = ("shop.put", "product.put", "stock.set", "customer.put", "order.place", "shop.changed")
"""What the other messages are about."""
LAST = "customer.erase"
LOCK = re.compile(r"FROM (\w+).* FOR UPDATE", re.DOTALL)
WRITE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")


def of_world(value: Any, world: str, field: str = "") -> Any:
    """The example's data, with other ids and names in each world."""
    if isinstance(value, dict):
        return {key: of_world(each, world, key) for key, each in value.items()}
    if isinstance(value, list):
        return [of_world(each, world, field) for each in value]
    if not isinstance(value, str):
        return value
    try:
        return str(uuid5(NAMESPACE_OID, f"{UUID(value)}{world}"))
    except ValueError:
        return f"{value}{world}" if field in OWN else value


def handled(service: str) -> list[type[Message]]:
    """The commands and events of a service, those first that others are about."""
    found = [each.message for each in SERVICES[service].handlings.values()]
    changing = [message for message in found if not issubclass(message, Query)]
    places = {name: place for place, name in enumerate(FIRST)} | {LAST: len(changing)}
    return sorted(changing, key=lambda message: places.get(message.name, len(FIRST)))


def is_wrong(error: BaseException | None) -> bool:
    """Whether a message failed for more than what it is about: elsewhere, there already, no PDF."""
    usual = NotYet | Unprocessable | IntegrityError | PdfError
    return error is not None and not isinstance(error, usual)


def batch(message: type[Message], worlds: str) -> list[Delivery]:
    return [delivery(message.name, of_world(message.example, world)) for world in worlds]


def turned(one: Rows, other: Rows) -> bool:
    """Return whether rows are those of another insert in the opposite order."""
    return len(one) > 1 and one != one[::-1] and one == other[::-1]


class Recorder:
    """The tables and names that each transaction locked, in order, and the rows of inserts that
    ignore existing ones: they wait for the same row of another transaction.
    """

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self._inserts: dict[str, list[Rows]] = {}

    def listen(self, engine: Engine) -> None:
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "before_cursor_execute", self._insert)
        event.listen(engine, "after_cursor_execute", self._execute)

    def _begin(self, connection: Any) -> None:
        connection.info["locked"] = []
        self.transactions.append(connection.info["locked"])

    def _insert(self, _connection: Any, _cursor: Any, statement: str, rows: Any, *_: Any) -> None:
        if isinstance(rows, list) and "ON CONFLICT" in statement:
            self._inserts.setdefault(statement, []).append(rows)

    def in_both_orders(self) -> list[str]:
        """Return the statements that inserted the same rows forth and back."""
        found = []
        for statement, inserts in self._inserts.items():
            if any(starmap(turned, combinations(inserts, 2))):
                found.append(statement)
        return found

    def _execute(self, connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        held = connection.info["locked"]
        if found := LOCK.search(statement):
            held.append(found.group(1))
        elif "pg_advisory" in statement:
            held.append("names of " + next(iter(values.values()))[0].split("/")[0])
        elif cursor.rowcount and (found := WRITE.match(statement)):
            # a new row is waited for only by whoever inserts the same
            new = "new rows of " if found.group(1).startswith("INSERT") else ""
            if new + found.group(2) not in held:
                held.append(new + found.group(2))

    def before(self) -> dict[str, set[str]]:
        """What was locked before each table or name."""
        graph: dict[str, set[str]] = {}
        for locked in self.transactions:
            for place, name in enumerate(locked):
                graph.setdefault(name, set()).update({*locked[:place]} - {name})
        return graph


class Workers:
    """Two workers of a service on one database."""

    def __init__(self, service: str, url: str) -> None:
        self.recorder = Recorder()
        self.engines = [engine_for(url) for _ in WORLDS]
        migrations.upgrade(SERVICES[service], self.engines[0])
        self.pipelines = [
            Pipeline(
                SERVICES[service],
                engine,
                lambda messages: [Outcome.CONFIRMED] * len(messages),
                adapters=ADAPTERS[service](),
            )
            for engine in self.engines
        ]
        for engine in self.engines:
            self.recorder.listen(engine)

    def at_once(self, *batches: list[Delivery]) -> list[Verdict]:
        """What becomes of batches that start at the same moment."""
        start = Barrier(len(batches))
        verdicts: list[Verdict] = []

        def process(pipeline: Pipeline, messages: list[Delivery]) -> None:
            start.wait()
            verdicts.extend(pipeline.process(messages))

        pairs = zip(self.pipelines, batches, strict=True)
        threads = [Thread(target=process, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return verdicts


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workers(service: str, request: pytest.FixtureRequest) -> Iterator[Workers]:
    postgres = request.getfixturevalue("postgres")
    found = Workers(service, postgres.create_database(f"locks_{service}"))
    yield found
    for engine in found.engines:
        engine.dispose()


def test_no_two_batches_wait_for_each_other_in_a_circle(service: str, workers: Workers) -> None:
    failed = {}
    for message in handled(service):
        forth, back = batch(message, WORLDS), batch(message, WORLDS[::-1])
        with capture_logs() as logs:
            verdicts = workers.at_once(forth, back)
        apart = [entry["error"] for entry in logs if entry["event"] == "batch"]
        apart = [error for error in apart if "UniqueViolation" not in error]
        errors = [repr(verdict.error) for verdict in verdicts if is_wrong(verdict.error)]
        if apart or errors:
            failed[message.name] = [*apart, *errors]
    assert failed == {}
    assert workers.recorder.in_both_orders() == []
    assert tuple(TopologicalSorter(workers.recorder.before()).static_order())
