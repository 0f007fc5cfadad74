"""Number the events of each aggregate without gaps, in the table `sequence`."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection

from shared.runtime.storage.message_tables import sequence
from shared.runtime.storage.row_writes import insertion, parameters


def subject_of(shop: str, aggregate: str) -> str:
    """Return the subject of an aggregate's events, by which they are numbered and ordered."""
    return f"{shop}/{aggregate}"


def next_numbers(connection: Connection, subjects: Sequence[str]) -> dict[str, int]:
    """Return the first free number of each subject, and reserve as many as the times it occurs in
    `subjects`. Locks the subjects' rows until the transaction ends.
    """
    counts = Counter(subjects)
    if not counts:
        return {}
    rows = [{"subject": subject, "last": count} for subject, count in sorted(counts.items())]
    statement = _reservation(connection.dialect.name)
    first = {}
    for subject, last in connection.execute(statement, parameters(connection, rows)):
        first[subject] = last - counts[subject] + 1
    return first


@cache
def _reservation(dialect: str) -> Any:
    adding = insertion(dialect, sequence, ("subject", "last"))
    last = sequence.c.last + adding.excluded.last
    adding = adding.on_conflict_do_update(index_elements=["subject"], set_={"last": last})
    return adding.returning(sequence.c.subject, sequence.c.last)
