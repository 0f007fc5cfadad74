"""Note which partitions of the outbox a transaction writes to, so that after its commit the relays
that publish them are woken.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

_KEY = "written partitions"  # in what SQLAlchemy stores beside the connection


def note(connection: Connection, partitions: Iterable[int]) -> None:
    """Note that the transaction writes to partitions."""
    connection.info.setdefault(_KEY, set()).update(partitions)


def take(connection: Connection) -> set[int]:
    """Return the noted partitions, and forget them. Those of a transaction that was rolled back
    may be among them, which costs one vain poll.
    """
    found: set[int] = connection.info.pop(_KEY, set())
    return found
