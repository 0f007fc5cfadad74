"""Move due messages from the schedule to the outbox, and remove old rows of inbox and journal.

One process per database does it: the relay that holds the first partition of the outbox.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from shared.runtime.storage import inbox, inbox_periods, journal, schedule, written
from shared.runtime.storage.leader import one_statement, step

MOVED = 200  # scheduled messages moved at once
SWEEP_INTERVAL = timedelta(minutes=10)
SWEEP = 1000  # rows deleted at once
RETENTION = timedelta(days=30)  # of claims in the inbox; a replay must not come later


class Upkeep:
    """What is done from time to time on the connection of a relay."""

    def __init__(
        self, clock: Callable[[], datetime], journal_time: timedelta = timedelta(0)
    ) -> None:
        """`journal_time` is how long published messages stay in the journal."""
        self.clock, self.journal_time = clock, journal_time
        self._next_sweep, self._next_read = clock(), 0.0

    def wake(self) -> None:
        """Read the schedule at once: a message was added that is due soon."""
        self._next_read = 0.0

    def pause(self) -> float:
        """Return the seconds until the schedule is to be read."""
        return self._next_read - time.monotonic()

    def run(self, connection: Connection) -> set[int]:
        """Do what is due, and return the partitions of the outbox to which messages were moved."""
        moved = set[int]()
        now = self.clock()
        if time.monotonic() >= self._next_read:
            moved = self._move_due(connection, now)
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_INTERVAL
            self._sweep(connection, now)
        return moved

    def _move_due(self, connection: Connection, now: datetime) -> set[int]:
        with one_statement(connection):
            first = schedule.first_due(connection)
        if first is not None and first <= now:
            with step(connection):
                count = schedule.move_due(connection, now, MOVED)
            if count < MOVED:
                with one_statement(connection):
                    first = schedule.first_due(connection)
        pause = schedule.CHECKED
        if first is not None:
            pause = min(pause, max(first - now, timedelta(0)))
        self._next_read = time.monotonic() + pause.total_seconds()
        return written.take(connection)

    def _sweep(self, connection: Connection, now: datetime) -> None:
        before = now - RETENTION
        with step(connection):
            claims = inbox.forget(connection, before, SWEEP)
        with step(connection):
            published = journal.forget(connection, now - self.journal_time, SWEEP)
        if SWEEP in (claims, published):
            self._next_sweep = now  # there are more; publishing goes first
        if connection.dialect.name == "postgresql":
            inbox_periods.create(connection, now)
            inbox_periods.drop(connection, before)
