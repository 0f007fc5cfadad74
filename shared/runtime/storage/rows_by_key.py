"""Read rows by one column with statements that are built once: building one takes SQLAlchemy longer
than PostgreSQL needs to answer it.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, Result, Select, any_, bindparam, select


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
