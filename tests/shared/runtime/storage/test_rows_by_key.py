"""Rows that are found by keys of several columns."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, String, Table, UniqueConstraint, event

from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import rows_with
from tests.shared.runtime.storage.temporary_table import temporary

TABLE = Table(
    "named",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("name", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("note", String(1000), nullable=False),
    UniqueConstraint("shop", "name", name="named_once"),
    Index("named_sizes", "shop", "size", "number"),
)
NOTE = {"note": 50 * "as wide as an order "}
KEY = (TABLE.c.shop, TABLE.c.name)


@pytest.fixture
def connection(either_database: str) -> Iterator[Any]:
    with temporary(TABLE, either_database) as found:
        yield found


def fill(connection: Any, count: int) -> None:
    rows = []
    for number in range(count):
        shop = "left" if number % 2 else "right"
        rows.append(
            {"number": number, "shop": shop, "name": f"n-{number}", "size": number % 7} | NOTE
        )
    write_rows(connection, TABLE, rows)


def test_rows_are_found_by_all_parts_of_their_keys(connection: Any) -> None:
    fill(connection, 10)
    wanted = {("left", "n-1"), ("right", "n-4"), ("left", "n-6"), ("nobody", "n-3")}
    found = rows_with(connection, KEY, wanted, TABLE.c.number)
    assert {tuple(row) for row in found} == {("left", "n-1", 1), ("right", "n-4", 4)}


def test_a_table_without_statistics_is_searched_by_its_unique_index(postgresql: str) -> None:
    executed: list[Any] = []
    with temporary(TABLE, postgresql) as connection:
        fill(connection, 5000)
        event.listen(connection, "before_cursor_execute", lambda *given: executed.append(given))
        rows_with(connection, KEY, {("left", f"n-{number}") for number in range(1, 400, 2)}).all()
        _, _, statement, given, *_ = executed[0]
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars().all()
    assert "named_once" in "\n".join(plan)
