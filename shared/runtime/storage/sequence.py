"""Number the events of each aggregate without gaps, in the table `sequence`."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from shared.runtime.storage.database import insert
from shared.runtime.storage.message_tables import sequence


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
    adding = insert(connection, sequence)
    statement = adding.on_conflict_do_update(
        index_elements=[sequence.c.subject], set_={"last": sequence.c.last + adding.excluded.last}
    ).returning(sequence.c.subject, sequence.c.last)
    rows = [{"subject": subject, "last": count} for subject, count in sorted(counts.items())]
    first = {}
    for row in connection.execute(statement, rows):
        first[row.subject] = row.last - counts[row.subject] + 1
    return first
