"""Deduplicate messages: a handled message has a row in the table `inbox`, by its source and id."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from shared.runtime.storage.database import among, insert
from shared.runtime.storage.message_tables import inbox, redelivered, side_effects

Key = tuple[str, str]
"""`source` and `id` of an envelope."""


def claim(connection: Connection, keys: Iterable[Key], at: datetime) -> set[Key]:
    """Insert rows for messages and return the keys that are new. If another transaction holds an
    uncommitted claim, wait for its end.
    """
    rows = [{"source": source, "id": id_, "at": at} for source, id_ in sorted(set(keys))]
    if not rows:
        return set()
    statement = (
        insert(connection, inbox).on_conflict_do_nothing().returning(inbox.c.source, inbox.c.id)
    )
    return {(row.source, row.id) for row in connection.execute(statement, rows)}


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
    if not refusals:
        return
    where = (inbox.c.source == bindparam("of_source"), inbox.c.id == bindparam("of_id"))
    rows = []
    for (source, id_), refusal in sorted(refusals.items()):
        rows.append({"of_source": source, "of_id": id_, "new_refusal": refusal})
    connection.execute(inbox.update().where(*where).values(refusal=bindparam("new_refusal")), rows)


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
    message that may still be replayed.
    """
    # Records of side effects remain only where the message was lost: few rows, all deleted at once.
    connection.execute(delete(side_effects).where(side_effects.c.claimed_at < before))
    connection.execute(delete(redelivered).where(redelivered.c.at < before))
    old = connection.execute(
        select(inbox.c.source, inbox.c.id).where(inbox.c.at < before).limit(limit)
    ).all()
    release(connection, [(row.source, row.id) for row in old])
    return len(old)
