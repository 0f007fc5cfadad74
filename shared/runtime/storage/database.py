"""Connect to SQLite (one machine) or PostgreSQL (several), with column types that both share."""

import math
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    ExceptionContext,
    Integer,
    Select,
    Table,
    TypeDecorator,
    and_,
    create_engine,
    event,
    false,
    make_url,
    or_,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DisconnectionError, InternalError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.runtime.errors import SettingsError, WriteInReading

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints, the same on both databases, so that migrations can refer to them."""

# seconds until a host that does not answer counts as unavailable; `connect_timeout` in the URL
# overrides it
CONNECT_TIMEOUT = 10
# the class of errors whose first sentence quotes a value, as in `invalid input syntax for type
# integer: "…"`; others quote names of tables, columns and constraints
DATA_EXCEPTION = "22"
QUOTED = re.compile('".*"', re.DOTALL)
SQLITE_TIMEOUT = 30  # seconds that a transaction waits for the writer before it
UNCHECKED_SECONDS = 1.0  # idle time after which a pooled connection is checked before use
# seconds without a statement until PostgreSQL ends a transaction, whose process must be hanging:
# claims in the inbox rely on it (`inbox_periods.OVERLAP`)
IDLE_IN_TRANSACTION = 900
Row = Mapping[str, Any]
Identity = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements INTEGER only
Minor = BigInteger
"""Money in minor units."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC, since SQLite has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo:
            return value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")

# of a process, besides one per thread: two relays, the push listener, and the figures
MORE_CONNECTIONS = 4


def engine_for(url: str, threads: int = 1) -> Engine:
    """Return an engine for a service's database. Raises `SettingsError` for an unsupported URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "The database URL cannot be read: write sqlite:////path or postgresql+psycopg://"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, threads)
    if parsed.drivername == "postgresql+psycopg":
        return _postgresql(parsed, threads)
    raise SettingsError(
        f"The database '{parsed.drivername}' is not supported: use sqlite or postgresql+psycopg."
    )


def _postgresql(url: URL, threads: int) -> Engine:
    patience = {}
    if "connect_timeout" not in url.query:
        patience["connect_timeout"] = CONNECT_TIMEOUT
    engine = create_engine(
        url,
        pool_size=threads + MORE_CONNECTIONS,
        connect_args=patience,
        hide_parameters=True,
    )

    @event.listens_for(engine, "handle_error")
    def _hide(context: ExceptionContext) -> None:
        _hide_rows(context)

    @event.listens_for(engine, "connect")
    def _limit(connection: psycopg.Connection, _record: ConnectionPoolEntry) -> None:
        connection.adapters.register_dumper(list, ListBinaryDumper)
        connection.autocommit = True
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION}s'")
        # A page of a list is a short walk along an index. Parallel workers take 30 ms to start, and
        # compiling a plan takes longer.
        connection.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
        connection.autocommit = False

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        # `pool_pre_ping` would cost a busy worker one more round trip for each transaction.
        if time.monotonic() - record.info.get("idle_since", math.inf) > UNCHECKED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise DisconnectionError from error  # the pool opens another

    return engine


def _sqlite(url: str, threads: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=threads + MORE_CONNECTIONS,
        connect_args={"timeout": SQLITE_TIMEOUT, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            # FULL: otherwise a commit may be lost after its message was acknowledged.
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Take the write lock at once: a transaction that starts to write later fails instead of
        # waiting.
        reading = connection.get_execution_options().get("reading", False)
        if reading:
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _hide_rows(context: ExceptionContext) -> None:
    """Reduce PostgreSQL's error to its first sentence, without the values that it quotes: the
    details quote the row, and errors are logged.
    """
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(original, psycopg.Error) and original.diag.message_primary:
        sentence = original.diag.message_primary
        if (original.sqlstate or "").startswith(DATA_EXCEPTION):
            sentence = QUOTED.sub('"…"', sentence)
        original.args = (sentence,)
        if wrapped is not None:
            kind = type(original)
            wrapped.args = (f"({kind.__module__}.{kind.__name__}) {original}", *wrapped.args[1:])


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run a read-only transaction on one consistent snapshot. Raises `WriteInReading` where the
    block writes (PostgreSQL).
    """
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield connection
        except InternalError as error:
            if isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
                # Otherwise it would count as a replica, and be tried for ever.
                raise WriteInReading("A query tried to write.") from error
            raise


@contextmanager
def statement_reading(engine: Engine) -> Iterator[Connection]:
    """Provide a connection for one statement that changes nothing."""
    if engine.dialect.name == "postgresql":
        with statement(engine) as connection:
            yield connection
    else:  # otherwise SQLite would take the lock of its single writer
        with reading(engine) as connection:
            yield connection


@contextmanager
def statement(engine: Engine) -> Iterator[Connection]:
    """Provide a connection for one statement, committed by itself."""
    if engine.dialect.name == "postgresql":  # saves the round trips of BEGIN and COMMIT
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    else:
        with engine.begin() as connection:
            yield connection


S = TypeVar("S", bound=Select[Any])


def locking(connection: Connection, statement: S) -> S:
    """Return a `SELECT` that locks its rows until the commit, unless the transaction reads only."""
    reads = connection.get_execution_options().get("reading", False)
    if reads:
        return statement
    return statement.with_for_update()


def lock_names(connection: Connection, names: Sequence[str]) -> None:
    """Lock names until the commit, in their order, where no row exists to lock. SQLite has a single
    writer and needs none.
    """
    reads = connection.get_execution_options().get("reading", False)
    if names and not reads and connection.dialect.name == "postgresql":
        lock = text(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS"
            " text[])) name"
        )
        connection.execute(lock, {"names": list(names)})


def insert(connection: Connection, table: Table) -> Any:
    """Return the `INSERT` of the connection's dialect, which has `on_conflict_…`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def fields_of(value: object, names: Iterable[str]) -> dict[str, Any]:
    """Return some fields of a row or a value by name."""
    return {name: getattr(value, name) for name in names}


def among(columns: Sequence[Column[Any]], keys: Iterable[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Return the condition that a row has one of these keys, using an index on the columns.

    For `(a, b) IN (…)` SQLite would scan the table. Keys that differ only in their last part are
    combined.
    """
    grouped: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for *first, last in sorted(keys):
        grouped[tuple(first)].append(last)
    conditions: list[ColumnElement[bool]] = [false()]
    for leading, some in grouped.items():
        parts = [column == value for column, value in zip(columns, leading, strict=False)]
        conditions.append(and_(*parts, columns[-1].in_(some)))
    return or_(*conditions)
