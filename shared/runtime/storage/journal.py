"""The five tables that stand beside every service's own: inbox, outbox, schedule, sequence and
acts.

They are written in the same transaction as the effects, which is the whole secret: a message is
done exactly when its effects and its events are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    select,
)

from shared.runtime.storage.database import Identity, UtcDateTime, among, insert

Route = Literal["event", "self", "reply"]
Key = tuple[str, str]
"""`source` and `id` of an envelope."""

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("refusal", LargeBinary),
)
outbox = Table(
    "outbox",
    metadata,
    Column("number", Identity, primary_key=True, autoincrement=True),
    Column("route", String(10), nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("subject", String(300)),
    Column("message_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
schedule = Table(
    "schedule",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("routing_key", String(200), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
sequence = Table(
    "sequence",
    metadata,
    Column("subject", String(300), primary_key=True),
    Column("last", Identity, nullable=False),
)
acts = Table(  # see `shared.runtime.pipeline.side_effects.log`
    "acts",
    metadata,
    Column("type", String(200), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("holder", Uuid, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False, index=True),
    Column("begun", Boolean, nullable=False),
    Column("outcome", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message on its way out. `subject`: rows of one subject leave in order."""

    route: Route
    routing_key: str
    subject: str | None
    message_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DueRow:
    """A message to ourselves that waits for its time; the same `key` again replaces it."""

    key: str
    due_at: datetime
    routing_key: str
    message_id: str
    body: bytes


def into(tables: MetaData) -> None:
    """Adds the five tables to a service's own."""
    for table in metadata.sorted_tables:
        table.to_metadata(tables)


def claim(connection: Connection, keys: Iterable[Key], at: datetime) -> set[Key]:
    """Claims messages; those returned are new. A claim of another transaction in flight is awaited,
    never guessed.
    """
    rows = [{"source": source, "id": id_, "at": at} for source, id_ in sorted(set(keys))]
    if not rows:
        return set()
    statement = (
        insert(connection, inbox).on_conflict_do_nothing().returning(inbox.c.source, inbox.c.id)
    )
    return {(row.source, row.id) for row in connection.execute(statement, rows)}


def done(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Those of the messages that were done before."""
    query = select(inbox.c.source, inbox.c.id).where(among((inbox.c.source, inbox.c.id), keys))
    return {(row.source, row.id) for row in connection.execute(query)}


def release(connection: Connection, keys: Sequence[Key]) -> None:
    """Gives claims back: these messages failed and will come again."""
    if keys:
        connection.execute(delete(inbox).where(among((inbox.c.source, inbox.c.id), keys)))


def note_refusals(connection: Connection, refusals: Mapping[Key, bytes]) -> None:
    """Keeps how messages were refused, for whoever repeats them."""
    if refusals:
        where = (inbox.c.source == bindparam("of_source"), inbox.c.id == bindparam("of_id"))
        rows = [
            {"of_source": source, "of_id": id_, "told": refusal}
            for (source, id_), refusal in sorted(refusals.items())
        ]
        connection.execute(inbox.update().where(*where).values(refusal=bindparam("told")), rows)


def refusals_of(connection: Connection, keys: Sequence[Key]) -> dict[Key, bytes]:
    """How messages were refused; those that were carried out are not in it."""
    if not keys:
        return {}
    query = select(inbox).where(
        among((inbox.c.source, inbox.c.id), keys), inbox.c.refusal.is_not(None)
    )
    return {(row.source, row.id): row.refusal for row in connection.execute(query)}


def subject_of(shop: str, aggregate: str) -> str:
    """The subject of an aggregate's events, by which they are counted and kept in order."""
    return f"{shop}/{aggregate}"


def next_sequences(connection: Connection, subjects: Sequence[str]) -> dict[str, int]:
    """The first number for each subject, counting on by how often it stands in `subjects`. Locks
    their rows.
    """
    counts = Counter(subjects)
    if not counts:
        return {}
    adding = insert(connection, sequence)
    statement = adding.on_conflict_do_update(
        index_elements=[sequence.c.subject], set_={"last": sequence.c.last + adding.excluded.last}
    ).returning(sequence.c.subject, sequence.c.last)
    rows = [{"subject": subject, "last": count} for subject, count in sorted(counts.items())]
    return {
        row.subject: row.last - counts[row.subject] + 1
        for row in connection.execute(statement, rows)
    }


def add_outbox(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Puts messages into the outbox, in order."""
    if rows:
        connection.execute(outbox.insert(), [_fields(row) for row in rows])


def add_schedule(connection: Connection, rows: Sequence[DueRow]) -> None:
    """Puts messages down for later; a row of the same key is replaced."""
    for row in rows:
        adding = insert(connection, schedule).values(_fields(row))
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[schedule.c.key],
                set_={
                    name: adding.excluded[name]
                    for name in ("due_at", "routing_key", "message_id", "body")
                },
            )
        )


def fire_due(connection: Connection, now: datetime, limit: int = 200) -> int:
    """Moves what is due into the outbox; how many."""
    due = connection.execute(
        select(schedule)
        .where(schedule.c.due_at <= now)
        .order_by(schedule.c.due_at)
        .limit(limit)
        .with_for_update()
    ).all()
    if due:
        connection.execute(delete(schedule).where(schedule.c.key.in_([row.key for row in due])))
        add_outbox(
            connection,
            [OutboxRow("self", row.routing_key, None, row.message_id, row.body) for row in due],
        )
    return len(due)


def forget(connection: Connection, before: datetime, limit: int = 1000) -> int:
    """Drops old claims, few at a time; `before` must be older than anything that may still be
    replayed.
    """
    connection.execute(
        delete(acts).where(acts.c.claimed_at < before)
    )  # of messages that were lost: hardly any
    old = connection.execute(
        select(inbox.c.source, inbox.c.id).where(inbox.c.at < before).limit(limit)
    ).all()
    release(connection, [(row.source, row.id) for row in old])
    return len(old)


def backlog(connection: Connection) -> Mapping[str, int]:
    """How many rows wait in the outbox and in the schedule."""
    count = func.count()
    return {
        table.name: connection.execute(select(count).select_from(table)).scalar_one()
        for table in (outbox, schedule)
    }


def _fields(row: OutboxRow | DueRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}
