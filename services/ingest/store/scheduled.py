"""Messages for later that a claim plans, before its handler had a chance to."""

from sqlalchemy import Connection

from shared.runtime.storage import schedule


class Plans:
    """Rows of the schedule; the same key again replaces what was planned."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[schedule.ScheduleRow] = []
        self._kept: list[schedule.ScheduleRow] = []

    def add(self, row: schedule.ScheduleRow) -> None:
        """Records a row."""
        self._pending.append(row)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        schedule.add(self.connection, self._kept)
