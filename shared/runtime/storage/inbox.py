"""Deduplicate messages: a handled message has a row in the table `inbox`, by its source and id."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, text

from shared.runtime.storage import inbox_periods
from shared.runtime.storage.database import among, insert
from shared.runtime.storage.message_tables import inbox, redelivered, side_effects
from shared.runtime.storage.row_writes import update_rows

Key = tuple[str, str]
"""`source` and `id` of an envelope."""


def claim(connection: Connection, keys: Iterable[Key], at: datetime) -> set[Key]:
    """Insert rows for messages and return the keys that are new. If another transaction holds an
    uncommitted claim, wait for its end.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return set()
    periods = inbox_periods.periods(connection.dialect.name, at)
    inserted: Counter[Key] = Counter()
    for row in _insert(connection, wanted, periods, at):
        inserted[row.source, row.id] += 1
    # In two periods a message is new only if it is new to both.
    return {key for key, count in inserted.items() if count == len(periods)}


def _insert(
    connection: Connection, keys: Sequence[Key], periods: Sequence[date], at: datetime
) -> Iterable[Any]:
    if connection.dialect.name == "postgresql":
        sources, ids = zip(*keys, strict=True)
        given = {"sources": list(sources), "ids": list(ids), "periods": periods, "at": at}
        return connection.execute(_CLAIM, {**given, "first": periods[0], "last": periods[-1]})
    rows = []
    for source, id_ in keys:
        rows.append({"source": source, "id": id_, "period": periods[0], "at": at})
    adding = insert(connection, inbox).on_conflict_do_nothing()
    return connection.execute(adding.returning(inbox.c.source, inbox.c.id), rows)


# All rows are inserted in one order, so that two transactions cannot deadlock. Other periods are
# searched for all ids at once: for each message by itself it takes three times as long. Later ones
# hold claims if the clock went back.
_CLAIM = text("""
    WITH others AS MATERIALIZED (
        SELECT source, id FROM inbox
        WHERE id = ANY(CAST(:ids AS text[]))
            AND (period < CAST(:first AS date) OR period > CAST(:last AS date))
    )
    INSERT INTO inbox (source, id, period, at)
    SELECT key.source, key.id, period, :at
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) WITH ORDINALITY
        AS key (source, id, position)
    CROSS JOIN unnest(CAST(:periods AS date[])) AS period
    WHERE NOT EXISTS (
        SELECT FROM others WHERE others.source = key.source AND others.id = key.id
    )
    ORDER BY key.position, period
    ON CONFLICT DO NOTHING
    RETURNING source, id
""")


def handled(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    """Return the keys of the messages that were handled before."""
    query = select(inbox.c.source, inbox.c.id).where(among((inbox.c.source, inbox.c.id), keys))
    return {(row.source, row.id) for row in connection.execute(query)}


def release(connection: Connection, keys: Sequence[Key]) -> None:
    """Delete the claims of messages that failed; they will be delivered again."""
    if keys:
        connection.execute(delete(inbox).where(among((inbox.c.source, inbox.c.id), keys)))


def record_refusals(connection: Connection, refusals: Mapping[Key, bytes]) -> None:
    """Store how commands were refused, to answer a repeated command with the same refusal."""
    rows = []
    for (source, id_), refusal in sorted(refusals.items()):
        rows.append({"source": source, "id": id_, "refusal": refusal})
    update_rows(connection, inbox, rows, ("source", "id"))


def refusals_of(connection: Connection, keys: Sequence[Key]) -> dict[Key, bytes]:
    """Return the stored refusals by key; a command that was carried out has none."""
    if not keys:
        return {}
    query = select(inbox).where(
        among((inbox.c.source, inbox.c.id), keys), inbox.c.refusal.is_not(None)
    )
    return {(row.source, row.id): row.refusal for row in connection.execute(query)}


def forget(connection: Connection, before: datetime, limit: int = 1000) -> int:
    """Delete at most `limit` old claims and return how many. `before` must be older than any
    message that may still be replayed. On PostgreSQL `inbox_periods` drops the claims instead.
    """
    # Records of side effects remain only where the message was lost: few rows, all deleted at once.
    connection.execute(delete(side_effects).where(side_effects.c.claimed_at < before))
    connection.execute(delete(redelivered).where(redelivered.c.at < before))
    if connection.dialect.name == "postgresql":
        return 0
    old = connection.execute(
        select(inbox.c.source, inbox.c.id).where(inbox.c.at < before).limit(limit)
    ).all()
    release(connection, [(row.source, row.id) for row in old])
    return len(old)
