"""Measure the queries for many orders on PostgreSQL, one after another as a worker answers them."""

import json
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args
from uuid import uuid4

from sqlalchemy import Engine, event, text

from services.orders.worker import service
from shared.contracts import samples
from shared.contracts.envelope import Envelope, decode
from shared.contracts.message import wire_type
from shared.contracts.orders import OrderSort
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import receive
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

FILL = Path(__file__).parent / "lists.sql"
AGAIN = 12  # times each question is asked: PostgreSQL may change its plan after five
EURO = "EUR"
FILTERS: Mapping[str, dict[str, Any]] = {
    "all": {},
    "reference": {"reference": "R-00000777"},
    "customer, rare": {"customer_search": "ada77 byron"},
    "customer, common": {"customer_search": "ada"},
    "search, rare": {"search": "noether12 emma1"},
    "search, every order": {"search": "example"},
    "customer_id": {"customer_id": "c-77"},
    "total, narrow": {
        "total_from": {"amount": 777, "currency": EURO},
        "total_to": {"amount": 778, "currency": EURO},
    },
    "total, wide": {"total_from": {"amount": 1000, "currency": EURO}},
    "payment method, rare": {"payment_method": "Cheque"},
    "one state": {"state_keys": ["awaiting_bank_wire"]},
    "three states": {"state_keys": ["shipped", "cancelled", "payment_accepted"]},
    "no such state": {"state_keys": ["payment_error"]},
    "placed": {"placed_from": "2026-11-01T00:00:00Z", "placed_before": "2026-11-02T00:00:00Z"},
    "country, rare": {"delivery_country": "IS"},
    "new customer": {"new_customer": True},
    "known customer": {"new_customer": False},
    "document": {"document_number": "IN000777"},
    "phone": {"phone": "+49 30 000777"},
    "search, a document": {"search": "IN000777"},
    "rare and common": {"delivery_country": "IS", "search": "ada", "new_customer": False},
}
SORTS = get_args(OrderSort)


class Timing(NamedTuple):
    """Milliseconds of a query, and the tables that it scans completely."""

    question: str
    median: float
    slowest: float
    found: int
    scanned: list[str]


class Lists:
    """A database with many orders, and the service that answers from it."""

    def __init__(self, database_url: str, count: int) -> None:
        self.engine: Engine = engine_for(database_url)
        self.count = count
        self.answers: list[Outgoing] = []
        self.pipeline = Pipeline(service, self.engine, self._hear)

    def prepare(self) -> None:
        """Create schema and rows, with fresh statistics."""
        migrations.upgrade(service, self.engine)
        self._process("shop.put", samples.PUT_SHOP)
        values = {"count": self.count, "address": json.dumps(samples.ADDRESS)}
        with self.engine.begin() as connection:
            for statement in FILL.read_text("utf-8").split(";\n"):
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                if statement.strip():
                    connection.execute(text(statement), used)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))

    def timings(self) -> Iterator[Timing]:
        """Measure the first page of each filter, the last page of all orders, the customers and
        a whole export.
        """
        for name, chosen in FILTERS.items():
            yield self._time(name, "order.list", {"filter": chosen})
        for sort in SORTS:
            yield self._time(f"sorted by {sort}", "order.list", {"sort": sort, "descending": False})
            half = self._ask("order.list", {"sort": sort, "descending": False, "limit": 500})[
                "next"
            ]
            yield self._time(
                f"sorted by {sort}, further on",
                "order.list",
                {
                    "sort": sort,
                    "descending": False,
                    "cursor": half,
                },
            )
        yield self._time("counted", "order.list", {"with_total_count": True})
        middle = self._ask(
            "order.list", {"filter": {"placed_before": "2026-11-01T00:00:00Z"}, "limit": 1}
        )["next"]
        yield self._time("a page far behind", "order.list", {"cursor": middle})
        yield self._time("a piece of the export", "order.export", {"cursor": middle})
        yield self._time("first piece, counted", "order.export", {})
        yield self._time("customers, rare", "customer.search", {"text": "ada77 byron"})
        yield self._time("customers, common", "customer.search", {"text": "e"})

    def exported(self) -> Iterator[int]:
        """Export all orders, and yield the number of orders in each piece."""
        cursor: str | None = ""
        while cursor is not None:
            piece = self._ask("order.export", {"cursor": cursor} if cursor else {})
            cursor = piece.get("next")
            yield piece["rows"]

    def _time(self, question: str, name: str, data: dict[str, Any]) -> Timing:
        times, answer = [], {}
        for _ in range(AGAIN):
            start = time.perf_counter()
            answer = self._ask(name, data)
            times.append((time.perf_counter() - start) * 1000)
        found = answer.get("rows") or len(answer.get("orders") or answer.get("customers") or ())
        return Timing(
            question, statistics.median(times), max(times), found, self._scanned(name, data)
        )

    def _scanned(self, name: str, data: dict[str, Any]) -> list[str]:
        """Return the tables that EXPLAIN shows as scanned completely."""
        statements: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if statement.startswith("SELECT"):
                statements.append((statement, parameters))

        event.listen(self.engine, "before_cursor_execute", note)
        self._ask(name, data)
        event.remove(self.engine, "before_cursor_execute", note)
        with self.engine.connect() as connection:
            scanned = set()
            for statement, parameters in statements:
                for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters):
                    _, found, table = row[0].partition("Seq Scan on ")
                    if found:
                        scanned.add(table.split()[0])
        return sorted(scanned)

    def _ask(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        self._process(name, data)
        return decode(self.answers.pop().body).data

    def _process(self, name: str, data: dict[str, Any]) -> None:
        message = Envelope(
            id=str(uuid4()),
            source="/bench",
            type=wire_type(name),
            data=data,
            replyto="bench",
            shop="bench",
        )
        (verdict,) = self.pipeline.process([receive(message.encode())])
        if verdict.error:
            raise verdict.error

    def _hear(self, messages: Any) -> list[Outcome]:
        self.answers += messages
        return [Outcome.CONFIRMED] * len(messages)
