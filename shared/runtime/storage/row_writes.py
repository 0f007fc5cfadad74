"""Write many rows with one statement.

On PostgreSQL the rows are arrays, one for each column, which psycopg sends in their binary form:
Python needs a sixth of the time that it needs to send the rows one by one. SQLite takes the rows
themselves, with `executemany`.
"""

from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    Connection,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from shared.runtime.storage.database import Row

Names = tuple[str, ...]


def write_rows(
    connection: Connection, table: Table, new: Sequence[Row], changed: Sequence[Row] = ()
) -> None:
    """Insert `new` and update `changed` by primary key, with one statement each. All rows of a
    sequence have the same columns. Inserting an existing key is an error.
    """
    if new:
        statement = insertion(connection.dialect.name, table, tuple(new[0]))
        connection.execute(statement, parameters(connection, new))
    if changed:
        update_rows(connection, table, changed, tuple(key.name for key in table.primary_key))


def update_rows(
    connection: Connection, table: Table, changed: Sequence[Row], keys: Sequence[str]
) -> None:
    """Update rows by the values of some columns, with one statement, in any order: where two
    transactions may update the same rows, lock them before.
    """
    if changed:
        statement = _update(connection.dialect.name, table, tuple(changed[0]), tuple(keys))
        connection.execute(statement, parameters(connection, changed))


def parameters(connection: Connection, rows: Sequence[Row]) -> Any:
    """Return the parameters of a statement for many rows: arrays, or the rows themselves."""
    names = _parameters(tuple(rows[0]))
    if connection.dialect.name == "postgresql":
        return {names[name]: list(map(itemgetter(name), rows)) for name in names}
    return [{parameter: row[name] for name, parameter in names.items()} for row in rows]


@cache
def insertion(dialect: str, table: Table, names: Names) -> Any:
    """Return the `INSERT` of many rows, which has `on_conflict_…`, for `parameters`."""
    if dialect == "postgresql":
        return postgresql.insert(table).from_select(names, select(*arrays_of(table, names).c))
    return sqlite.insert(table).values(_single(table, names))


@cache
def _update(dialect: str, table: Table, names: Names, keys: Names) -> Any:
    if dialect == "postgresql":
        given: Any = arrays_of(table, names).c
    else:
        given = _single(table, names)
    where = [table.c[key] == given[key] for key in keys]
    values = {name: given[name] for name in names if name not in keys}
    return table.update().where(*where).values(values)


def arrays_of(table: Table, names: Names) -> TableValuedAlias:
    """Return arrays for some columns of a table as a table, in the order of their elements."""
    arrays, columns = [], []
    for name, parameter in _parameters(names).items():
        kind = _unlimited(table.c[name])
        arrays.append(bindparam(parameter, type_=ARRAY(kind, dimensions=1)))
        columns.append(column(name, kind))
    return func.unnest(*arrays).table_valued(*columns).render_derived()


def _single(table: Table, names: Names) -> dict[str, BindParameter[Any]]:
    """Return the values of one row by column."""
    given = {}
    for name, parameter in _parameters(names).items():
        given[name] = bindparam(parameter, type_=table.c[name].type)
    return given


def _unlimited(column: Column[Any]) -> TypeEngine[Any]:
    """Return the type of a column without the length of a text: PostgreSQL would cut longer ones
    to it, instead of refusing them.
    """
    if isinstance(column.type, String):
        return String()
    return column.type


@cache
def _parameters(names: Names) -> dict[str, str]:
    """Return the names of parameters by column. An update refuses the columns' own names."""
    return {name: f"v_{name}" for name in names}
