"""What is noted of acts that must not be repeated: who claimed it, that it was begun, and what came
of it.

A note lies in the table `acts` from the claim until the outcome is kept. One statement notes the
outcome of an act and that the next begins, so that after a kill just one act of a thread is in
doubt.

It is about a subject and not about a message: whoever is told anew to do the same, by another
message, finds it, too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, bindparam, case, delete, or_, select

from shared.runtime.storage.database import among, insert, locking, statement
from shared.runtime.storage.journal import acts

Subject = tuple[str, str]
"""The type of the messages, and what they are about."""


@dataclass(frozen=True, slots=True)
class Note:
    """`outcome`: as it was given; None where the act has not ended, or nobody knows."""

    claimed_at: datetime
    begun: bool
    outcome: bytes | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an act."""

    holder: UUID
    subject: Subject
    outcome: bytes


def notes(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, Note]:
    """What is noted; until the commit none of these acts can begin."""
    query = select(acts).where(among(_SUBJECT, subjects)).order_by(*_SUBJECT)
    return {
        (row.type, row.subject): Note(row.claimed_at, row.begun, row.outcome)
        for row in connection.execute(locking(connection, query))
    }


def take(connection: Connection, claims: Mapping[Subject, datetime], holder: UUID) -> None:
    """Notes claims, each with its time. From now on nobody but `holder` can begin these acts."""
    rows = [
        {"type": kind, "subject": subject, "holder": holder, "claimed_at": at, "begun": False}
        for (kind, subject), at in sorted(claims.items())
    ]
    adding = insert(connection, acts)
    changed = {name: adding.excluded[name] for name in ("holder", "claimed_at", "begun", "outcome")}
    if rows:
        connection.execute(
            adding.on_conflict_do_update(index_elements=_SUBJECT, set_=changed), rows
        )


def begin(
    engine: Engine,
    holder: UUID,
    subject: Subject,
    ended: Subject | None = None,
    outcome: bytes | None = None,
) -> bool:
    """Notes that an act begins now, and what came of the one before. False, where somebody else has
    it.

    To note the same once more does no harm.
    """
    last = ended or subject
    given = {
        "by": holder,
        "next_type": subject[0],
        "next_subject": subject[1],
        "last_type": last[0],
        "last_subject": last[1],
        "what_came": outcome,
    }
    with statement(engine) as connection:
        return any((row.type, row.subject) == subject for row in connection.execute(_BEGIN, given))


def end(engine: Engine, ended: Ended) -> None:
    """Notes what came of an act that no other one follows."""
    begin(engine, ended.holder, ended.subject, ended.subject, ended.outcome)


def drop(connection: Connection, subjects: Collection[Subject]) -> None:
    """Forgets acts whose outcome is kept."""
    if subjects:
        connection.execute(delete(acts).where(among(_SUBJECT, subjects)))


_SUBJECT = (acts.c.type, acts.c.subject)
_LAST = and_(acts.c.type == bindparam("last_type"), acts.c.subject == bindparam("last_subject"))
_NEXT = and_(acts.c.type == bindparam("next_type"), acts.c.subject == bindparam("next_subject"))
_BEGIN = (
    acts.update()
    .where(acts.c.holder == bindparam("by"), or_(_LAST, _NEXT))
    .values(
        begun=True,
        outcome=case(
            (_LAST, bindparam("what_came", type_=acts.c.outcome.type)), else_=acts.c.outcome
        ),
    )
    .returning(*_SUBJECT)
)
