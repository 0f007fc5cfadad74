"""Rows of all kinds of columns, written in one statement to either database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Uuid,
    select,
)
from sqlalchemy.exc import DBAPIError

from shared.runtime.storage.database import Identity, Json, Minor, UtcDateTime
from shared.runtime.storage.row_writes import update_rows, write_rows
from tests.shared.runtime.storage.temporary_table import temporary

TABLE = Table(
    "kinds",
    MetaData(),
    Column("number", Identity, primary_key=True, autoincrement=True),
    Column("word", String(12)),
    Column("sorted", String(12).with_variant(String(12, collation="C"), "postgresql")),
    Column("id", Uuid),
    Column("amount", Minor),
    Column("count", Integer),
    Column("few", SmallInteger),
    Column("yes", Boolean),
    Column("at", UtcDateTime),
    Column("day", Date),
    Column("body", LargeBinary),
    Column("data", Json),
)
AT = datetime(2026, 11, 30, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=3, minutes=30)))
FULL = {
    "word": "été, \"{\\}'",
    "sorted": "\u0645\u0631\u062d\u0628\u0627",
    "id": UUID(int=7),
    "amount": -(2**62),
    "count": 2**31 - 1,
    "few": -5,
    "yes": True,
    "at": AT,
    "day": date(2026, 11, 30),
    "body": b"\x00\xff{}\\",
    "data": {"list": [1, [2, None]], "text": "NULL"},
}
EMPTY: dict[str, Any] = dict.fromkeys(FULL)
SHORT = {
    "word": "",
    "sorted": "NULL",
    "id": UUID(int=0),
    "amount": 0,
    "count": -1,
    "few": 300,
    "yes": False,
    "at": AT.astimezone(UTC),
    "day": date(1, 1, 1),
    "body": b"",
    "data": [],
}


@pytest.fixture
def connection(either_database: str) -> Iterator[Any]:
    with temporary(TABLE, either_database) as found:
        yield found


def stored(connection: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(TABLE).order_by("number"))]


def test_rows_are_read_as_they_were_written_and_numbered_in_their_order(connection: Any) -> None:
    rows = [FULL, EMPTY, SHORT, FULL]
    write_rows(connection, TABLE, rows)
    expected = [{"number": number, **row} for number, row in enumerate(rows, start=1)]
    assert stored(connection) == expected
    assert stored(connection)[0]["at"].tzinfo is UTC


def test_rows_without_any_value_are_written(connection: Any) -> None:
    write_rows(connection, TABLE, [EMPTY, EMPTY])
    assert stored(connection) == [{"number": 1, **EMPTY}, {"number": 2, **EMPTY}]


def test_many_rows_are_numbered_in_their_order(connection: Any) -> None:
    words = [f"w{number * 7919 % 1000}" for number in range(1000)]
    write_rows(connection, TABLE, [{"word": word} for word in words])
    assert [row["word"] for row in stored(connection)] == words


def test_rows_are_changed_by_their_key_in_all_kinds_of_columns(connection: Any) -> None:
    write_rows(connection, TABLE, [FULL, EMPTY, SHORT, FULL])
    changed = [{"number": 4, **EMPTY}, {"number": 1, **SHORT}, {"number": 2, **FULL}]
    write_rows(connection, TABLE, [], changed)
    by_number = {row["number"]: row for row in changed} | {3: {"number": 3, **SHORT}}
    assert stored(connection) == [by_number[number] for number in (1, 2, 3, 4)]


def test_rows_are_changed_by_other_columns_than_their_key(connection: Any) -> None:
    write_rows(connection, TABLE, [{"word": word, "few": 1} for word in ("a", "b", "a")])
    update_rows(connection, TABLE, [{"word": "a", "few": 2}], ["word"])
    assert [row["few"] for row in stored(connection)] == [2, 1, 2]


def test_postgresql_refuses_a_new_text_that_is_too_long(postgresql: str) -> None:
    rows = [{"word": "short"}, {"word": "longer than 12"}]
    with temporary(TABLE, postgresql) as connection, pytest.raises(DBAPIError, match="too long"):
        write_rows(connection, TABLE, rows)


def test_postgresql_refuses_a_changed_text_that_is_too_long(postgresql: str) -> None:
    with temporary(TABLE, postgresql) as connection:
        write_rows(connection, TABLE, [{"word": "short"}])
        with pytest.raises(DBAPIError, match="too long"):
            write_rows(connection, TABLE, [], [{"number": 1, "word": "longer than 12"}])
