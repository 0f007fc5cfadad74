"""Record which shops have messages in the overflow queue, for all processes of a service.

Each row names the message of a shop that was moved last. When that message was handled, the queue
holds no older ones of the shop, and the row is deleted.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from shared.runtime.storage import inbox
from shared.runtime.storage.database import among, insert
from shared.runtime.storage.message_tables import overflowing

_SHOPS = select(overflowing.c.shop)


def shops(connection: Connection) -> set[str]:
    """Return all shops that have messages in the overflow queue: there are few."""
    return set(connection.execute(_SHOPS).scalars())


def record(connection: Connection, last: Mapping[str, inbox.Key]) -> None:
    """Record the source and id of the last message of each shop that is moved now.

    PostgreSQL need not write this to disk at once: if it crashes, only the order of a shop's
    messages is at risk.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
    adding = insert(connection, overflowing)
    latest = {"source": adding.excluded.source, "id": adding.excluded.id}
    rows = []
    for shop in sorted(last):
        source, identifier = last[shop]
        rows.append({"shop": shop, "source": source, "id": identifier})
    connection.execute(adding.on_conflict_do_update(index_elements=["shop"], set_=latest), rows)


def end(connection: Connection, handled: Iterable[inbox.Key]) -> None:
    """Delete the rows of shops with a last message among those that were handled."""
    keys = (overflowing.c.source, overflowing.c.id)
    connection.execute(delete(overflowing).where(among(keys, handled)))
