"""Store messages to publish in the table `outbox`, in the transaction of the handler's effects.

Each row is in a partition, by a hash of its subject, so that several processes can publish at the
same time: rows of one partition are published by one process, in order. Replies have partitions of
their own, since they go to queues of external clients.
"""

import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Connection,
    Row,
    Select,
    SmallInteger,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
)

from shared.runtime.storage import journal, written
from shared.runtime.storage.message_tables import outbox
from shared.runtime.storage.row_writes import write_rows

Route = Literal["event", "document", "self", "reply", "again", "self_again"]
"""To which exchange a message goes; `again` are events and `self_again` messages of a service to
itself that the journal holds, published once more.
"""
Lane = str | int
"""Rows that are published one after another: those of one subject, or a single row, by its number.
"""
# The attribute of the envelope, before its data; inside of a text its marks would be escaped.
TIME = re.compile(rb'"time":"([^"]+)"')
HEAD = 4000  # bytes of an envelope that contain its time

TIMED = ("event", "document", "reply")
"""The routes of messages whose envelope says when they were written to the outbox."""
PARTITIONS = 16  # of each kind on PostgreSQL; SQLite has a single writer and needs one
MAX_EXCLUDED = 1000  # lanes in one statement


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to publish. Rows with the same `subject` are published in order. That of a reply is
    the AMQP property `correlation_id` of its request.
    """

    route: Route
    routing_key: str
    subject: str | None
    message_id: str
    body: bytes

    def columns(self, partitions: int) -> dict[str, Any]:
        """Return the values by column. There are `partitions` of each kind."""
        partition = zlib.crc32((self.subject or self.message_id).encode()) % partitions
        if self.route == "reply":
            partition += partitions
        return {
            "partition": partition,
            "route": self.route,
            "routing_key": self.routing_key,
            "subject": self.subject,
            "message_id": self.message_id,
            "body": self.body,
        }


def partitions(dialect: str, *, replies: bool) -> range:
    """Return the partitions of replies, or of all other messages."""
    count = _count(dialect)
    if replies:
        return range(count, 2 * count)
    return range(count)


def add(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Insert messages, in order."""
    if rows:
        count = _count(connection.dialect.name)
        columns = [row.columns(count) for row in rows]
        write_rows(connection, outbox, columns)
        written.note(connection, [each["partition"] for each in columns])


def waiting(
    connection: Connection,
    partitions: Sequence[int],
    limit: int,
    excluded: Collection[Lane] = (),
) -> Sequence[Row[Any]]:
    """Return the first rows of each partition, at most `limit` of each, in order, without the
    excluded lanes: otherwise those could block all other rows.
    """
    if connection.dialect.name == "postgresql":
        values = {"partitions": list(partitions), "limit": limit}
        return connection.execute(_of_partitions(frozenset(excluded)), values).all()
    (partition,) = partitions
    query = _first(literal(partition), frozenset(excluded))
    return connection.execute(query, {"limit": limit}).all()


def remove(
    connection: Connection, numbers: Sequence[int], published_at: datetime | None = None
) -> None:
    """Delete rows that RabbitMQ has confirmed. With a time, events and the service's messages to
    itself move to the journal.
    """
    if connection.dialect.name == "postgresql":  # an array: one statement text for any length
        among = outbox.c.number == any_(cast(list(numbers), ARRAY(BigInteger)))
    else:
        among = outbox.c.number.in_(numbers)
    if published_at:
        journal.add(connection, among, published_at)
    connection.execute(delete(outbox).where(among))


def written_at(route: str, body: bytes) -> datetime | None:
    """Return when a message was written to the outbox, by its envelope; None for a service's
    messages to itself, which may have been written to the schedule long before, and for what is
    published again.
    """
    found = TIME.search(body[:HEAD])
    if route not in TIMED or found is None:
        return None
    return datetime.fromisoformat(found[1].decode())


def oldest(connection: Connection) -> datetime | None:
    """Return when the oldest message in the outbox was written; None if it is empty."""
    query = (
        select(outbox.c.route, func.substr(outbox.c.body, 1, HEAD).label("head"))
        .where(outbox.c.route.in_(TIMED))
        .order_by(outbox.c.number)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return written_at(row.route, bytes(row.head))


@lru_cache(16)  # relays poll all the time, almost always without excluded lanes
def _of_partitions(excluded: frozenset[Lane]) -> Select[Any]:
    """Return the query of the first rows of some partitions, with one scan of the index for each:
    rows of other processes' partitions cost nothing.
    """
    numbers = func.unnest(bindparam("partitions", type_=ARRAY(SmallInteger)))
    ours = numbers.table_valued("partition", name="ours").render_derived()
    first = _first(ours.c.partition, excluded).lateral("first")
    return select(first).select_from(ours.join(first, true())).order_by(first.c.number)


def _first(partition: Any, excluded: frozenset[Lane]) -> Select[Any]:
    subject, number = outbox.c.subject, outbox.c.number
    at_most: BindParameter[int] = bindparam("limit")
    query = select(outbox).where(outbox.c.partition == partition).order_by(number).limit(at_most)
    subjects, numbers = [], []
    for lane in list(excluded)[:MAX_EXCLUDED]:
        if isinstance(lane, str):
            subjects.append(lane)
        else:
            numbers.append(lane)
    if numbers:
        query = query.where(number.not_in(numbers))
    if subjects:
        query = query.where(or_(subject.is_(None), subject.not_in(subjects)))
    return query


def _count(dialect: str) -> int:
    if dialect == "postgresql":
        return PARTITIONS
    return 1
