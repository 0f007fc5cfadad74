"""One process of a supervisor counts what is stored, and no outdated value remains."""

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.process import database_figures
from shared.runtime.process.database_figures import DatabaseFigures, figures
from shared.runtime.rabbitmq.queue_counts import QueueCount, QueueCounts
from shared.runtime.storage import message_tables, outbox
from shared.runtime.storage.database import reading
from tests.conditions import until
from tests.toy.service import toy
from tests.toy.world import World


class Queues(QueueCounts):
    """Counts queues, or fails."""

    def __init__(self) -> None:
        super().__init__("", "toy", ["toy"], [])
        self.error: Exception | None = None

    def count(self) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"toy": QueueCount(messages=3, consumers=1)}


def counted(table: Any, **later: float) -> dict[str, float]:
    """Return the figures of the toy, some time later."""
    now = utc_now() + timedelta(**later)
    with reading(table.engine) as connection:
        return {each.name: each.values[""] for each in figures(toy, connection, World(), now)}


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"aftercart_{name}", labels)


def test_what_waits_is_counted_with_its_age(table: Any) -> None:
    assert counted(table) == {
        "outbox_rows": 0,
        "outbox_age_seconds": 0,
        "due_rows": 0,
        "schedule_lag_seconds": 0,
    }
    table.tell("toy.add", {"key": "a", "amount": 1})
    table.tell("toy.add", {"key": "a", "amount": 1, "later": 60})
    assert counted(table) == {
        "outbox_rows": 1,
        "outbox_age_seconds": pytest.approx(0, abs=20),
        "due_rows": 1,
        "schedule_lag_seconds": 0,
    }
    found = counted(table, minutes=10)
    assert found["outbox_age_seconds"] == pytest.approx(600, abs=20)
    assert found["schedule_lag_seconds"] == pytest.approx(540, abs=20)


def test_the_time_of_every_kind_of_row_is_found(table: Any) -> None:
    table.tell("toy.add", {"key": '"time":"', "amount": 1}, replyto="test.reply")
    table.tell("toy.add", {"key": "b", "amount": 1, "tidy": True})
    with reading(table.engine) as connection:
        rows = connection.execute(message_tables.outbox.select()).all()
    routes = {row.route for row in rows}
    assert routes == {"event", "reply", "self"}
    for row in rows:
        written = outbox.written_at(row.route, bytes(row.body))
        if row.route == "self":  # it may have been scheduled long ago
            assert written is None
        else:
            assert abs(utc_now() - written) < timedelta(seconds=60)


def test_what_cannot_be_counted_has_no_value(table: Any) -> None:
    queues = Queues()
    counting = DatabaseFigures(toy, table.engine, World(), queues)
    counting.count()
    assert (value("outbox_rows"), value("queue_messages", queue="toy")) == (0, 3)
    at = value("counted_timestamp_seconds", source="database")
    queues.error = ConnectionError("no RabbitMQ")
    with table.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO gone")
    try:
        counting.count()
    finally:
        with table.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO outbox")
    assert math.isnan(value("outbox_rows"))
    assert math.isnan(value("queue_messages", queue="toy"))
    assert value("counted_timestamp_seconds", source="database") == at
    counting.count()
    assert value("outbox_rows") == 0


def test_one_process_counts_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv(metrics.DIRECTORY, str(tmp_path))
    monkeypatch.setattr(database_figures, "INTERVAL", 0.05)
    counts: list[str] = []

    def thread(name: str) -> DatabaseFigures:
        found = DatabaseFigures(toy, None, None, Queues())
        monkeypatch.setattr(found, "count", lambda: counts.append(name))
        found.start()
        request.addfinalizer(found.stop)
        return found

    first = thread("first")
    until(lambda: counts)
    thread("second")
    until(lambda: counts.count("first") > 3)
    assert "second" not in counts
    first.stop()
    until(lambda: "second" in counts)
