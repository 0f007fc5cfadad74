"""Store published messages for some days, to publish them again when RabbitMQ has lost them.

These are events, and messages of a service to itself.

Documents are not in the journal, since their service stores them, and neither are replies.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, literal, select, tuple_

from shared.runtime.storage.message_tables import journal, outbox

ROUTES = ("event", "self")
PAGE = 500  # rows that are read at once
COPIED = ("number", "route", "routing_key", "subject", "message_id", "body")


def add(connection: Connection, among: Any, at: datetime) -> None:
    """Copy rows of the outbox that were published now; `among` is the condition on them."""
    published_at = literal(at, journal.c.published_at.type)
    copied = [outbox.c[name] for name in COPIED]
    rows = select(published_at, *copied).where(among, outbox.c.route.in_(ROUTES))
    connection.execute(insert(journal).from_select(["published_at", *COPIED], rows))


def count(connection: Connection, since: datetime) -> int:
    """Return the number of messages that were published since a time."""
    return int(connection.execute(_since(since, func.count())).scalar_one())


def beginning(connection: Connection) -> datetime | None:
    """Return when the oldest message in the journal was published."""
    found: datetime | None = connection.execute(
        select(func.min(journal.c.published_at))
    ).scalar_one()
    return found


def pages(connection: Connection, since: datetime) -> Iterator[list[Row[Any]]]:
    """Yield the messages that were published since a time, in the order of the outbox."""
    query = _since(since, journal).order_by(journal.c.number)
    result = connection.execution_options(stream_results=True).execute(query)
    for rows in result.partitions(PAGE):
        yield list(rows)


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` old messages and return how many."""
    key = (journal.c.published_at, journal.c.number)
    old = select(*key).where(journal.c.published_at < before).order_by(*key).limit(limit)
    return connection.execute(delete(journal).where(tuple_(*key).in_(old))).rowcount


def _since(since: datetime, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(journal).where(journal.c.published_at >= since)
