"""Move due messages from the schedule to the outbox, and remove old rows of inbox and journal.

One process per database does it: the relay that holds the first partition of the outbox.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from shared.runtime.storage import inbox, inbox_periods, journal, message_tables, schedule
from shared.runtime.storage.leader import one_statement, step

POLL = 0.1  # seconds between polls of the schedule
SWEEP_INTERVAL = timedelta(minutes=10)
SWEEP = 1000  # rows deleted at once
RETENTION = timedelta(days=30)  # of claims in the inbox; a replay must not come later
_DUE = (
    select(message_tables.schedule.c.key)
    .where(message_tables.schedule.c.due_at <= bindparam("now"))
    .limit(1)
)


class Upkeep:
    """What is done from time to time on the connection of a relay."""

    def __init__(
        self, clock: Callable[[], datetime], journal_time: timedelta = timedelta(0)
    ) -> None:
        """`journal_time` is how long published messages stay in the journal."""
        self.clock, self.journal_time = clock, journal_time
        self._next_sweep, self._next_poll = clock(), 0.0

    def run(self, connection: Connection) -> None:
        """Do what is due; call it as often as possible."""
        if time.monotonic() < self._next_poll:
            return
        self._next_poll = time.monotonic() + POLL
        now = self.clock()
        if _anything_due(connection, now):
            with step(connection):
                schedule.move_due(connection, now)
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_INTERVAL
            self._sweep(connection, now)

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


def _anything_due(connection: Connection, now: datetime) -> bool:
    with one_statement(connection):
        return connection.execute(_DUE, {"now": now}).first() is not None
