"""Record side effects that must not be repeated: the holder of each claim, whether it started, its
outcome.

A row stays in the table `side_effects` from the claim until the outcome is stored by the handler.
One statement records both the outcome of a side effect and the start of the next, so that after a
kill at most one side effect per thread is in an unknown state.

A record belongs to a subject, not to a message: another message that asks for the same side effect
finds it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, bindparam, case, delete, or_, select

from shared.runtime.storage.database import among, insert, locking, statement
from shared.runtime.storage.message_tables import side_effects

Subject = tuple[str, str]
"""The type of the messages, and the aggregate within its shop."""


@dataclass(frozen=True, slots=True)
class Record:
    """The state of a side effect. `outcome` is None until it ended, or when the process was killed
    before it could be recorded.
    """

    claimed_at: datetime
    started: bool
    outcome: bytes | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The outcome of a side effect that its holder carried out."""

    holder: UUID
    subject: Subject
    outcome: bytes


def read(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, Record]:
    """Return the records of subjects and lock them: until the commit none of them can start."""
    query = select(side_effects).where(among(_SUBJECT, subjects)).order_by(*_SUBJECT)
    found = {}
    for row in connection.execute(locking(connection, query)):
        found[row.type, row.subject] = Record(row.claimed_at, row.started, row.outcome)
    return found


def claim(connection: Connection, claims: Mapping[Subject, datetime], holder: UUID) -> None:
    """Record claims, each with its time. After the commit only `holder` can start them."""
    rows = []
    for (kind, subject), at in sorted(claims.items()):
        rows.append(
            {"type": kind, "subject": subject, "holder": holder, "claimed_at": at, "started": False}
        )
    adding = insert(connection, side_effects)
    new = adding.excluded
    replaced = {
        "holder": new.holder,
        "claimed_at": new.claimed_at,
        "started": new.started,
        "outcome": new.outcome,
    }
    if rows:
        connection.execute(
            adding.on_conflict_do_update(index_elements=_SUBJECT, set_=replaced), rows
        )


def start(
    engine: Engine,
    holder: UUID,
    subject: Subject,
    ended: Subject | None = None,
    outcome: bytes | None = None,
) -> bool:
    """Record that a side effect starts, and the outcome of the one before it. Return False if
    another holder has claimed it since. Repeating the call is safe.
    """
    last = ended or subject
    given = {
        "by": holder,
        "next_type": subject[0],
        "next_subject": subject[1],
        "last_type": last[0],
        "last_subject": last[1],
        "last_outcome": outcome,
    }
    with statement(engine) as connection:
        return any((row.type, row.subject) == subject for row in connection.execute(_START, given))


def end(engine: Engine, ended: Ended) -> None:
    """Record the outcome of a side effect that no other one follows."""
    start(engine, ended.holder, ended.subject, ended.subject, ended.outcome)


def remove(connection: Connection, subjects: Collection[Subject]) -> None:
    """Delete the records of side effects with a stored outcome."""
    connection.execute(delete(side_effects).where(among(_SUBJECT, subjects)))


_TYPE, _KEY = side_effects.c.type, side_effects.c.subject
_SUBJECT = (_TYPE, _KEY)
_LAST = and_(bindparam("last_type") == _TYPE, bindparam("last_subject") == _KEY)
_NEXT = and_(bindparam("next_type") == _TYPE, bindparam("next_subject") == _KEY)
_OUTCOME = side_effects.c.outcome
_START = (
    side_effects.update()
    .where(side_effects.c.holder == bindparam("by"), or_(_LAST, _NEXT))
    .values(
        started=True,
        outcome=case((_LAST, bindparam("last_outcome", type_=_OUTCOME.type)), else_=_OUTCOME),
    )
    .returning(*_SUBJECT)
)
