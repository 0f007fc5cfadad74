"""Store messages to publish in the table `outbox`, in the transaction of the handler's effects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from shared.runtime.storage.message_tables import outbox

Route = Literal["event", "document", "self", "reply"]


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
