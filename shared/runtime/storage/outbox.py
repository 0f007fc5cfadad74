"""Store messages to publish in the table `outbox`, in the transaction of the handler's effects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select

from shared.runtime.storage.message_tables import outbox

Route = Literal["event", "document", "self", "reply"]
# The attribute of the envelope, before its data; inside of a text its marks would be escaped.
TIME = re.compile(rb'"time":"([^"]+)"')
HEAD = 4000  # bytes of an envelope that contain its time


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to publish. Rows with the same `subject` are published in order."""

    route: Route
    routing_key: str
    subject: str | None
    message_id: str
    body: bytes

    def columns(self) -> dict[str, object]:
        """Return the values by column."""
        return {
            "route": self.route,
            "routing_key": self.routing_key,
            "subject": self.subject,
            "message_id": self.message_id,
            "body": self.body,
        }


def add(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Insert messages, in order."""
    if rows:
        connection.execute(outbox.insert(), [row.columns() for row in rows])


def written_at(route: str, body: bytes) -> datetime | None:
    """Return when a message was written to the outbox, by its envelope; None for a service's
    messages to itself, which may have been written to the schedule long before.
    """
    found = TIME.search(body[:HEAD])
    if route == "self" or found is None:
        return None
    return datetime.fromisoformat(found[1].decode())


def oldest(connection: Connection) -> datetime | None:
    """Return when the oldest message in the outbox was written; None if it is empty."""
    query = (
        select(outbox.c.route, func.substr(outbox.c.body, 1, HEAD).label("head"))
        .where(outbox.c.route != "self")
        .order_by(outbox.c.number)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return written_at(row.route, bytes(row.head))
