"""SQLite and PostgreSQL have the same schema, give the same answers and refuse the same."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError

from shared.runtime.errors import SettingsError
from shared.runtime.storage import database as databases, inbox, message_tables, migrations
from shared.runtime.storage.database import among, engine_for, reading
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.unavailable import is_unavailable
from tests.conditions import until
from tests.toy.service import counters, toy
from tests.words import sqlite_url


@pytest.fixture
def engine(either_database: Any) -> Iterator[Any]:
    found = engine_for(either_database)
    yield found
    found.dispose()


@pytest.fixture
def made(engine: Any) -> Any:
    migrations.upgrade(toy, engine)
    return engine


def schema(engine: Any) -> Any:
    found = inspect(engine)
    return {
        table: sorted(
            (column["name"], bool(column["nullable"])) for column in found.get_columns(table)
        )
        for table in sorted(found.get_table_names())
    }


def test_an_upgrade_brings_an_empty_database_to_the_revision(tmp_path: Path) -> None:
    engine = engine_for(sqlite_url(tmp_path))
    assert migrations.current(engine) == ""
    assert migrations.upgrade(toy, engine) == migrations.current(engine) == "0001"
    engine.dispose()


def test_a_second_upgrade_does_nothing(made: Any) -> None:
    with made.begin() as connection:
        write_rows(connection, counters, [{"key": "a", "total": 1}])
    assert migrations.upgrade(toy, made) == "0001"
    with reading(made) as connection:
        assert connection.execute(counters.select()).one().total == 1


def test_both_databases_have_the_same_schema(made: Any, tmp_path: Path) -> None:
    other = engine_for(sqlite_url(tmp_path, "other"))
    migrations.upgrade(toy, other)
    found = schema(made)
    for name in list(found):
        if name.startswith("inbox_"):  # a partition, on PostgreSQL
            del found[name]
    assert found == schema(other)
    assert set(found) == {
        "overflowing",
        "redelivered",
        "side_effects",
        "access",
        "alembic_version",
        "counters",
        "inbox",
        "journal",
        "outbox",
        "schedule",
        "schema_version",
        "sequence",
    }
    other.dispose()


def test_the_revision_that_the_code_needs_is_required(made: Any) -> None:
    assert migrations.require(toy, made) == "0001"


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    revision = tmp_path / "0001_half.py"
    revision.write_text(
        "from alembic import op\nrevision, down_revision = '0001', None\ndef upgrade():\n   "
        " op.execute('CREATE TABLE half (x INTEGER)')\n    op.execute('nonsense')\n"
    )
    engine = engine_for(sqlite_url(tmp_path))
    with pytest.raises(Exception, match="nonsense"):
        migrations.upgrade(replace(toy, migrations=tmp_path), engine)
    assert schema(engine) == {}
    engine.dispose()


def test_sqlite_is_synced_fully_at_every_commit(tmp_path: Path) -> None:
    engine = engine_for(sqlite_url(tmp_path))
    with reading(engine) as one, reading(engine) as other:  # every connection
        for connection in (one, other):
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_transaction_that_only_reads_does_not_wait_for_one_that_writes(made: Any) -> None:
    with made.begin() as writer, reading(made) as reader:
        write_rows(writer, counters, [{"key": "a", "total": 1}])
        assert reader.execute(counters.select()).all() == []


def test_who_reads_sees_one_state(made: Any) -> None:
    with reading(made) as reader:
        assert reader.execute(counters.select()).all() == []
        with made.begin() as writer:
            write_rows(writer, counters, [{"key": "a", "total": 1}])
        assert reader.execute(counters.select()).all() == []


def test_times_come_back_in_utc(made: Any) -> None:
    at = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    with made.begin() as connection:
        inbox.claim(connection, [("/s", "1")], at)
        found = connection.execute(message_tables.inbox.select()).one().at
    assert found == at
    assert found.tzinfo is UTC


def test_rows_are_written_in_sets_and_a_new_key_that_exists_is_an_error(made: Any) -> None:
    with made.begin() as connection:
        write_rows(connection, counters, [{"key": key, "total": 1} for key in "abc"])
        write_rows(connection, counters, [], [{"key": "a", "total": 2}, {"key": "c", "total": 3}])
        found = {row.key: row.total for row in connection.execute(counters.select())}
    assert found == {"a": 2, "b": 1, "c": 3}
    with pytest.raises(IntegrityError), made.begin() as connection:
        write_rows(connection, counters, [{"key": "a", "total": 1}])


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://u:secret@h/x", "'mysql"),
        ("postgresql://u:secret@h/x", "'postgresql"),
    ],
)
def test_a_database_of_another_kind_is_told(url: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as told:
        engine_for(url)
    assert "secret" not in str(told.value)


KEYS = [("/b", "2"), ("/a", "1"), ("/a", "3"), ("/c", "1")]
INBOX = (message_tables.inbox.c.source, message_tables.inbox.c.id)


def test_rows_are_found_by_keys_of_several_parts(made: Any) -> None:
    kept = [("/a", "1"), ("/a", "2"), ("/b", "2"), ("/b", "1")]
    with made.begin() as connection:
        inbox.claim(connection, kept, datetime.now(UTC))
    with reading(made) as connection:
        query = select(*INBOX).distinct()  # a claim may be in two periods
        found = connection.execute(query.where(among(INBOX, KEYS)).order_by(*INBOX)).all()
        none = connection.execute(select(*INBOX).where(among(INBOX, []))).all()
    assert (found, none) == ([("/a", "1"), ("/b", "2")], [])


def test_sqlite_finds_them_by_their_index(tmp_path: Path) -> None:
    engine = engine_for(sqlite_url(tmp_path))
    migrations.upgrade(toy, engine)
    with engine.connect() as connection:
        query = (
            select(message_tables.inbox)
            .where(among(INBOX, KEYS))
            .compile(engine, compile_kwargs={"literal_binds": True})
        )
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    engine.dispose()
    assert plan
    assert not [step for step in plan if step.startswith("SCAN")]


@pytest.mark.parametrize(("query", "ours"), [("", 2), ("?connect_timeout=2", 600)])
def test_a_host_that_answers_nothing_counts_as_away(
    query: str, ours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "CONNECT_TIMEOUT", ours)
    troubles = []

    def connecting(url: Any) -> None:
        try:
            engine_for(url).connect()
        except OperationalError as error:
            troubles.append(error)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://user:word@127.0.0.1:{silent.getsockname()[1]}/toy{query}"
        threading.Thread(target=connecting, args=[url], daemon=True).start()
        until(lambda: troubles)  # psycopg itself would wait for more than two minutes
    assert is_unavailable(troubles[0])


def test_a_connection_at_rest_that_was_cut_is_replaced(
    postgresql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "UNCHECKED_SECONDS", 0)
    engine = engine_for(postgresql)
    with engine.connect() as connection:
        before = connection.scalar(select(func.pg_backend_pid()))
    other = engine_for(postgresql)
    with other.connect() as connection:
        connection.execute(select(func.pg_terminate_backend(before)))
    with engine.connect() as connection:
        assert connection.scalar(select(func.pg_backend_pid())) != before
    engine.dispose()
    other.dispose()


def test_postgresql_starts_no_parallel_worker_and_compiles_no_plan(postgresql: str) -> None:
    """A page that takes 1 ms took 40 while two parallel workers started."""
    engine = engine_for(postgresql)
    with reading(engine) as connection:
        for setting, value in (("max_parallel_workers_per_gather", "0"), ("jit", "off")):
            assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == value
    engine.dispose()
