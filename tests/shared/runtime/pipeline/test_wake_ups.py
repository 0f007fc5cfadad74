"""Relays publish at once what any process committed. They poll once an hour here, so that only
wake-ups can make them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.runtime.pipeline import relay
from shared.runtime.pipeline.relay import Relay
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import until
from tests.shared.runtime.pipeline.test_relay_partitions import SUBJECTS, Crowd, Recorder, is_empty
from tests.words import delivery


@pytest.fixture(autouse=True)
def unpolled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL", 3600.0)
    monkeypatch.setattr(relay, "FAILURE_PAUSE", 0.01)
    monkeypatch.setattr(schedule, "CHECKED", timedelta(hours=1))


@pytest.fixture
def pair(table: Any, either_database: str) -> Iterator[tuple[Relay, Relay]]:
    """The relays of two processes; the first wakes for what `table` commits. On SQLite the second
    one holds the only partition.
    """
    crowd = Crowd(either_database, Recorder())
    second = crowd.join()
    until(lambda: second.held)
    first = crowd.join()
    share = len(first.partitions) // 2
    until(lambda: len(first.held) == share)
    until(lambda: len(second.held) == len(first.partitions) - share)
    table.pipeline.transactions.on_commit = first.wake
    yield first, second
    for one in (first, second):
        crowd.leave(one)


def add_to_all(table: Any, **more: Any) -> None:
    for key in SUBJECTS:
        table.deliver(delivery("toy.add", {"key": key, "amount": 1, **more}))


def test_a_commit_wakes_the_relay_of_another_process(table: Any, pair: Any) -> None:
    add_to_all(table)
    until(lambda: is_empty(table))


def test_what_is_due_soon_is_published_when_it_is_due(table: Any, pair: Any) -> None:
    """Partition 0 is held by one of the two, and the moved messages belong to both."""
    add_to_all(table, later=0.3)
    until(lambda: is_empty(table) and not scheduled(table))


def test_a_process_that_leaves_is_replaced_at_once(table: Any, pair: tuple[Relay, Relay]) -> None:
    first, second = pair
    second.stop()
    until(lambda: len(first.held) == len(first.partitions) or first.partitions == range(1))
    if first.held:
        add_to_all(table)
        until(lambda: is_empty(table))


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_a_lost_connection_is_noticed_without_a_statement(
    table: Any, either_database: str, pair: tuple[Relay, Relay]
) -> None:
    """The rows were written while nobody listened: leases are taken anew, and then polled."""
    first, _ = pair
    table.pipeline.transactions.on_commit = lambda partitions: None
    add_to_all(table)
    assert not is_empty(table)
    engine = engine_for(either_database)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND"
            " database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    engine.dispose()
    until(lambda: is_empty(table))
    table.pipeline.transactions.on_commit = first.wake
    add_to_all(table)
    until(lambda: is_empty(table))


def scheduled(table: Any) -> int:
    with reading(table.engine) as connection:
        return int(message_tables.backlog(connection)["schedule"])
