"""Messages scheduled by a claim, before its handler runs."""

from sqlalchemy import Connection

from shared.runtime.storage import schedule


class ScheduledMessages:
    """Rows of the schedule; the same key again replaces the earlier row."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[schedule.ScheduleRow] = []
        self._kept: list[schedule.ScheduleRow] = []

    def add(self, row: schedule.ScheduleRow) -> None:
        """Record a row."""
        self._pending.append(row)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        schedule.add(self.connection, self._kept)
