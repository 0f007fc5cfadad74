"""What is noted of acts that must not be repeated: who claimed it, that it was begun, and what came of it.

A note lies in the table `acts` from the claim until the outcome is kept. One statement notes the outcome of an act and
that the next begins, so that after a kill just one act of a thread is in doubt.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, bindparam, case, delete, or_, select

from shared.runtime.database import among, insert, locking, statement
from shared.runtime.journal import Key, acts


@dataclass(frozen=True, slots=True)
class Note:
    """`outcome`: as it was given; None where the act has not ended, or nobody knows."""

    claimed_at: datetime
    begun: bool
    outcome: bytes | None


def notes(connection: Connection, keys: Iterable[Key]) -> dict[Key, Note]:
    """What is noted of the acts of messages; until the commit none of them can begin."""
    query = select(acts).where(among((acts.c.source, acts.c.id), keys)).order_by(acts.c.source, acts.c.id)
    return {
        (row.source, row.id): Note(row.claimed_at, row.begun, row.outcome)
        for row in connection.execute(locking(connection, query))
    }


def take(connection: Connection, claims: Mapping[Key, datetime], holder: UUID) -> None:
    """Notes claims, each with its time. From now on nobody but `holder` can begin these acts."""
    rows = [
        {"source": source, "id": id_, "holder": holder, "claimed_at": at, "begun": False}
        for (source, id_), at in sorted(claims.items())
    ]
    adding = insert(connection, acts)
    changed = {name: adding.excluded[name] for name in ("holder", "claimed_at", "begun", "outcome")}
    if rows:
        connection.execute(adding.on_conflict_do_update(index_elements=[acts.c.source, acts.c.id], set_=changed), rows)


def begin(engine: Engine, holder: UUID, key: Key, ended: Key | None = None, outcome: bytes | None = None) -> bool:
    """Notes that the act of `key` begins now, and what came of the one before. False, where somebody else has it."""
    source, id_ = ended or key
    given = {
        "by": holder, "next_source": key[0], "next_id": key[1], "last_source": source, "last_id": id_,
        "what_came": outcome,
    }
    with statement(engine) as connection:
        return any((row.source, row.id) == key for row in connection.execute(_BEGIN, given))


def drop(connection: Connection, keys: Collection[Key]) -> None:
    """Forgets the acts of messages whose outcome is kept."""
    if keys:
        connection.execute(delete(acts).where(among((acts.c.source, acts.c.id), keys)))


_LAST = and_(acts.c.source == bindparam("last_source"), acts.c.id == bindparam("last_id"))
_NEXT = and_(acts.c.source == bindparam("next_source"), acts.c.id == bindparam("next_id"))
_BEGIN = (
    acts.update()
    .where(acts.c.holder == bindparam("by"), or_(_LAST, _NEXT))
    .values(begun=True, outcome=case((_LAST, bindparam("what_came", type_=acts.c.outcome.type)), else_=acts.c.outcome))
    .returning(acts.c.source, acts.c.id)
)
