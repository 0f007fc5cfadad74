"""Record side effects that must not be repeated: the holder of each claim, whether it started, its
outcome.

A row stays in the table `side_effects` from the claim until the outcome is stored by the handler.
One statement records both the outcomes of side effects and the start of the next ones, so that
after a kill only those that run at the same time are in an unknown state.

A record belongs to a subject, not to a message: another message that asks for the same side effect
finds it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, delete, select, text

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
    engine: Engine, holder: UUID, subjects: Collection[Subject], ended: Collection[Ended] = ()
) -> set[Subject]:
    """Record that side effects start, and the outcomes of those before them. Return the started
    ones: without those that another holder has claimed since. Repeating the call is safe.
    """
    outcomes: dict[Subject, bytes | None] = dict.fromkeys(subjects)
    outcomes.update({each.subject: each.outcome for each in ended})
    found = _update(engine, holder, sorted(outcomes.items()))
    return found.intersection(subjects)


def _update(
    engine: Engine, holder: UUID, outcomes: Sequence[tuple[Subject, bytes | None]]
) -> set[Subject]:
    """Mark claims of one holder as started, with their outcomes, and return them. They are locked
    in the order of `read`.
    """
    rows = []
    for (kind, subject), outcome in outcomes:
        rows.append({"by": holder, "of_type": kind, "of": subject, "new_outcome": outcome})
    found: set[Subject] = set()
    with statement(engine) as connection:
        if engine.dialect.name == "postgresql":
            given = {
                "by": holder,
                "types": [row["of_type"] for row in rows],
                "subjects": [row["of"] for row in rows],
                "outcomes": [row["new_outcome"] for row in rows],
            }
            found.update((row.type, row.subject) for row in connection.execute(_START, given))
        else:
            for row in rows:
                for one in connection.execute(_START_ONE, row):
                    found.add((one.type, one.subject))
    return found


def end(engine: Engine, ended: Ended) -> None:
    """Record the outcome of a side effect that no other one follows."""
    start(engine, ended.holder, (), [ended])


def remove(connection: Connection, subjects: Collection[Subject]) -> None:
    """Delete the records of side effects with a stored outcome."""
    connection.execute(delete(side_effects).where(among(_SUBJECT, subjects)))


_TYPE, _KEY = side_effects.c.type, side_effects.c.subject
_SUBJECT = (_TYPE, _KEY)
_START_ONE = (
    side_effects.update()
    .where(
        side_effects.c.holder == bindparam("by"),
        bindparam("of_type") == _TYPE,
        bindparam("of") == _KEY,
    )
    .values(started=True, outcome=bindparam("new_outcome", type_=side_effects.c.outcome.type))
    .returning(*_SUBJECT)
)
# A single statement, so that it needs no transaction and its commit is the only wait for the disk.
_START = text("""
    WITH claimed AS MATERIALIZED (
        SELECT held.type, held.subject, given.outcome
        FROM unnest(
            CAST(:types AS text[]), CAST(:subjects AS text[]), CAST(:outcomes AS bytea[])
        ) AS given (type, subject, outcome)
        JOIN side_effects AS held ON held.type = given.type AND held.subject = given.subject
        WHERE held.holder = :by
        ORDER BY held.type, held.subject
        FOR UPDATE OF held
    )
    UPDATE side_effects SET started = true, outcome = claimed.outcome
    FROM claimed
    WHERE side_effects.type = claimed.type AND side_effects.subject = claimed.subject
        AND side_effects.holder = :by
    RETURNING side_effects.type, side_effects.subject
""")
