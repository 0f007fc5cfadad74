"""Count how often the handling of a redelivered message started and did not end, since its process
died.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from shared.runtime.storage.database import insert
from shared.runtime.storage.message_tables import redelivered


def digest_of(body: bytes) -> str:
    """Return the key of a message. Unlike `source` and `id`, every message has one."""
    return hashlib.sha256(body).hexdigest()


def deaths(connection: Connection, digests: Sequence[str]) -> dict[str, int]:
    """Return how often a process died while it handled each of these messages alone."""
    query = select(redelivered).where(redelivered.c.digest.in_(digests))
    return {row.digest: row.starts for row in connection.execute(query)}


def start(connection: Connection, digest: str, at: datetime) -> None:
    """Record that the handling of a message starts; the record stays if the process dies."""
    adding = insert(connection, redelivered)
    again = {"starts": redelivered.c.starts + 1, "at": adding.excluded.at}
    row = {"digest": digest, "starts": 1, "at": at}
    connection.execute(adding.on_conflict_do_update(index_elements=["digest"], set_=again), row)


def end(connection: Connection, digest: str) -> None:
    """Record that the handling of a message ended, whatever the outcome."""
    connection.execute(delete(redelivered).where(redelivered.c.digest == digest))
