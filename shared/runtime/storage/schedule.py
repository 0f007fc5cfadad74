"""Store messages that a service sends to itself later, in the table `schedule`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from shared.runtime.clock import utc_now
from shared.runtime.storage import outbox, written
from shared.runtime.storage.database import insert
from shared.runtime.storage.message_tables import schedule

MOVED_BY = 0  # the partition of the outbox whose relay moves what is due
CHECKED = timedelta(seconds=2)  # how often that relay reads when the next message is due


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A message to the service itself, due at `due_at`. A row with the same `key` replaces it."""

    key: str
    due_at: datetime
    routing_key: str
    message_id: str
    body: bytes

    def columns(self) -> dict[str, object]:
        """Return the values by column."""
        return {
            "key": self.key,
            "due_at": self.due_at,
            "routing_key": self.routing_key,
            "message_id": self.message_id,
            "body": self.body,
        }


def add(connection: Connection, rows: Sequence[ScheduleRow]) -> None:
    """Insert messages, each in place of an earlier one with the same key."""
    for row in rows:
        adding = insert(connection, schedule).values(row.columns())
        new = adding.excluded
        replaced = {
            "due_at": new.due_at,
            "routing_key": new.routing_key,
            "message_id": new.message_id,
            "body": new.body,
        }
        connection.execute(
            adding.on_conflict_do_update(index_elements=[schedule.c.key], set_=replaced)
        )
    soon = utc_now() + CHECKED
    if any(row.due_at <= soon for row in rows):
        written.note(connection, [MOVED_BY])


def first_due(connection: Connection) -> datetime | None:
    """Return when the first message is due; None if there is none."""
    found: datetime | None = connection.execute(select(func.min(schedule.c.due_at))).scalar_one()
    return found


def move_due(connection: Connection, now: datetime, limit: int = 200) -> int:
    """Move due messages to the outbox, at most `limit`, and return how many."""
    due = connection.execute(
        select(schedule)
        .where(schedule.c.due_at <= now)
        .order_by(schedule.c.due_at)
        .limit(limit)
        .with_for_update()
    ).all()
    if due:
        connection.execute(delete(schedule).where(schedule.c.key.in_([row.key for row in due])))
        moved = []
        for row in due:
            moved.append(outbox.OutboxRow("self", row.routing_key, None, row.message_id, row.body))
        outbox.add(connection, moved)
    return len(due)
