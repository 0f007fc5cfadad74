"""Divide the inbox on PostgreSQL into periods of ten days, each a partition of the table that is
dropped as a whole when it is old. SQLite has one period, and deletes rows.

A unique index covers one period only. So a claim also looks into the other ones, and near the end
of a period, where a transaction may still hold an uncommitted claim in the period before, it is
written to both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from shared.runtime.storage.leader import step

logger = structlog.get_logger()

DAYS = 10
# Within this time of the end of a period, claims are written to both. It must be longer than any
# transaction, by far: see `IDLE_IN_TRANSACTION` of the database. The clocks of two processes may
# differ by twice as much, more than a day.
OVERLAP = timedelta(hours=13)
ONLY_PERIOD = date(1970, 1, 1)  # on SQLite
LOCK_SECONDS = 1  # to wait for a lock on the table, as claims wait meanwhile
# The partition of claims for whose period none was created.
_OLD_OF_DEFAULT = text("DELETE FROM inbox_default WHERE at < :before")


def period_of(at: datetime) -> date:
    """Return the first day of a time's period, in UTC."""
    number = at.astimezone(UTC).toordinal()
    return date.fromordinal(number - number % DAYS)


def periods(dialect: str, at: datetime) -> list[date]:
    """Return the periods that a claim at this time is written to, the earlier one first."""
    if dialect != "postgresql":
        return [ONLY_PERIOD]
    return sorted({period_of(at - OVERLAP), period_of(at + OVERLAP)})


def prepare(engine: Engine, now: datetime) -> None:
    """Create the partitions that are needed before the first claim."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            create(connection, now)


def create(connection: Connection, now: datetime) -> None:
    """Create the partitions of this period and the next, on a connection in autocommit mode.
    Failures are logged: claims then go to the default partition.
    """
    present = existing(connection)
    for at in (now, now + timedelta(days=DAYS)):
        period = period_of(at)
        if period not in present:
            with _patiently(connection, "create", period):
                _create(connection, period)


def drop(connection: Connection, before: datetime) -> None:
    """Drop the partitions with claims before this time only, on a connection in autocommit mode."""
    for period in existing(connection):
        if period + timedelta(days=DAYS) <= before.astimezone(UTC).date():
            with _patiently(connection, "drop", period):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_name(period)}")
    with step(connection):
        connection.execute(_OLD_OF_DEFAULT, {"before": before})


def _create(connection: Connection, period: date) -> None:
    # Attached, since CREATE TABLE … PARTITION OF would lock out all claims. Several processes may
    # start at the same time.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('inbox periods'))"))
    if period in existing(connection):
        return
    name = _name(period)
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE inbox INCLUDING ALL)")
    connection.exec_driver_sql(
        f"ALTER TABLE inbox ATTACH PARTITION {name} FOR VALUES IN ('{period}')"
    )


@contextmanager
def _patiently(connection: Connection, action: str, period: date) -> Iterator[None]:
    """Run a transaction that gives up soon where it waits for a lock, and log its failure: the next
    sweep tries again.
    """
    try:
        with step(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        logger.warning("inbox", outcome=f"{action}_failed", period=str(period), error=str(error))


def existing(connection: Connection) -> set[date]:
    """Return the periods that have a partition."""
    names = connection.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inbox'::regclass")
    )
    found = set()
    for name in names.scalars():
        _, _, written = name.rpartition("_")
        if written.isdigit():
            found.add(datetime.strptime(written, "%Y%m%d").date())
    return found


def _name(period: date) -> str:
    return f"inbox_{period:%Y%m%d}"
