"""Read rows by their keys with statements that are built once: building one takes SQLAlchemy longer
than PostgreSQL needs to answer it.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, Result, Select, and_, any_, bindparam, select

from shared.runtime.storage.database import among
from shared.runtime.storage.row_writes import arrays_of, parameters

Columns = tuple[Column[Any], ...]


def rows_by(
    connection: Connection, key: Column[Any], values: Collection[Any], *order: Column[Any]
) -> Result[Any]:
    """Return the rows of a table with one of some values in a column, sorted."""
    query = _query(connection.dialect.name, key, order)
    return connection.execute(query, {"keys": list(values)})


def locked_by(
    connection: Connection, key: Column[Any], values: Collection[Any], *order: Column[Any]
) -> Result[Any]:
    """Return the rows like `rows_by`, locked until the commit in their order, unless the
    transaction reads only.
    """
    query = _locking_query(connection.dialect.name, key, order)
    if connection.get_execution_options().get("reading", False):
        query = _query(connection.dialect.name, key, order)
    return connection.execute(query, {"keys": list(values)})


def rows_with(
    connection: Connection,
    key: Columns,
    values: Collection[tuple[Any, ...]],
    *selected: Column[Any],
) -> Result[Any]:
    """Return columns of the rows with one of some values in several columns, whose unique index
    PostgreSQL takes.

    For `a = … AND b IN (…)` it may take another index that begins with `a`, and read all rows with
    this `a`, while it has no statistics of a table that grew fast.
    """
    if connection.dialect.name != "postgresql":
        return connection.execute(select(*key, *selected).where(among(key, values)))
    rows = []
    for value in values:
        rows.append({column.name: part for column, part in zip(key, value, strict=True)})
    return connection.execute(_joined(key, selected), parameters(connection, rows))


@cache
def _joined(key: Columns, selected: Columns) -> Select[Any]:
    table = key[0].table
    wanted = arrays_of(table, tuple(column.name for column in key))
    same = [column == wanted.c[column.name] for column in key]
    return select(*key, *selected).select_from(wanted.join(table, and_(*same)))


@cache
def _query(dialect: str, key: Column[Any], order: tuple[Column[Any], ...]) -> Select[Any]:
    if dialect == "postgresql":  # an array: one statement text for any number of values
        wanted = key == any_(bindparam("keys", type_=ARRAY(key.type)))
    else:
        wanted = key.in_(bindparam("keys", expanding=True))
    return select(key.table).where(wanted).order_by(*order)


@cache
def _locking_query(dialect: str, key: Column[Any], order: tuple[Column[Any], ...]) -> Select[Any]:
    return _query(dialect, key, order).with_for_update()
