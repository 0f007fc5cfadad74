"""Carries the outbox to RabbitMQ, and the clock's messages into the outbox.

Runs in every worker process; one is active per database, the others wait to take over. A row is
deleted after its confirm and never given up. Rows of one subject leave one after another, so order
per aggregate holds even when a publish fails in the middle.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Select, and_, delete, or_, select

from shared.runtime.clock import utc_now
from shared.runtime.rabbitmq.names import EVENTS, REPLIES, own_exchange
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing, Publish
from shared.runtime.storage import inbox, message_tables, schedule
from shared.runtime.storage.leader import leadership, step

log = structlog.get_logger()

BATCH = 200  # rows
# seconds between looks, when another process may have written; and between those at the clock
POLL = 0.1
# seconds from one round to the next, where commits come faster: what they bring leaves together
GATHER = 0.02
TAKE_OVER = 0.5  # seconds between tries to become the active one
TROUBLE = 1.0  # seconds after a failure
LONGEST_REST = 30.0  # seconds, of what RabbitMQ refuses
MOST_RESTS = 1000  # in one statement
SAID_NO = {Outcome.REFUSED, Outcome.RETURNED}
# a reply that nobody waits for any more, or whose reader left no room for it, is done, too
DONE = {
    "event": {Outcome.CONFIRMED},
    "self": {Outcome.CONFIRMED},
    "reply": {Outcome.CONFIRMED, *SAID_NO},
}
SWEEP = 1000  # claims forgotten at once
KEPT = timedelta(days=30)  # claims in the inbox; longer than any replay may take


class Relay(threading.Thread):
    """The thread. `wake()` after a commit saves the wait for the next look."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        publish: Publish,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(daemon=True, name="relay")
        self.service, self.engine, self.publish, self.clock = service, engine, publish, clock
        self.active = False
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._exchanges = {"event": EVENTS, "reply": REPLIES, "self": own_exchange(service)}
        self._next_sweep, self._next_tick = clock(), 0.0
        self._rests = Rests()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        """Ends after the batch in hand; what is left is sent by the next process."""
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(15)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with leadership(self.engine) as connection:
                    self.active = connection is not None
                    if connection is not None:
                        self._serve(connection)
            except Exception as error:
                log.error("relay", outcome="interrupted", error=f"{type(error).__name__}: {error}")
                self._stopping.wait(TROUBLE)
            self.active = False
            self._stopping.wait(TAKE_OVER)

    def _serve(self, connection: Connection) -> None:
        log.info("relay", outcome="active")
        while not self._stopping.is_set():
            self._wake.clear()
            if time.monotonic() >= self._next_tick:
                self._next_tick = time.monotonic() + POLL
                self._tick(connection)
            began = time.monotonic()
            self._rest(self.forward(connection), began)

    def _rest(self, sent: int, began: float) -> None:
        if not sent:
            self._wake.wait(POLL)
        elif sent < BATCH and self._wake.is_set():  # somebody has committed meanwhile
            self._stopping.wait(began + GATHER - time.monotonic())

    def _tick(self, connection: Connection) -> None:
        now = self.clock()
        if _anything_due(connection, now):
            with step(connection):
                schedule.move_due(connection, now)
        if now >= self._next_sweep:
            self._next_sweep = now + timedelta(minutes=10)
            with step(connection):
                if inbox.forget(connection, now - KEPT, SWEEP) == SWEEP:
                    self._next_sweep = now  # there is more; what is to be sent goes first

    def forward(self, connection: Connection) -> int:
        """Sends one batch of rows; how many were confirmed and deleted."""
        resting = self._rests.lanes()
        with step(connection):
            rows = connection.execute(_waiting(resting).limit(BATCH)).all()
        sent: list[int] = []
        stuck = set(resting)
        in_trouble = False
        for wave in waves(rows):
            free = [row for row in wave if _lane(row) not in stuck]
            outcomes = self.publish([self._outgoing(row) for row in free])
            for row, outcome in zip(free, outcomes, strict=True):
                if outcome in DONE[row.route]:
                    sent.append(row.number)
                    self._rests.end(_lane(row))
                    continue
                stuck.add(_lane(row))
                if outcome in SAID_NO:
                    self._rests.begin(_lane(row))
                in_trouble |= outcome not in SAID_NO
        if sent:
            with step(connection):
                connection.execute(
                    delete(message_tables.outbox).where(message_tables.outbox.c.number.in_(sent))
                )
        if len(rows) > len(sent):
            log.warning("relay", outcome="kept", rows=len(rows) - len(sent))
        if in_trouble:
            self._stopping.wait(TROUBLE)
        return len(sent)

    def _outgoing(self, row: Any) -> Outgoing:
        return Outgoing(self._exchanges[row.route], row.routing_key, row.body, row.message_id)


class Rests:
    """Lanes whose row RabbitMQ refused rest for a while, longer each time; the others go on."""

    def __init__(self) -> None:
        self._pauses: dict[Any, float] = {}
        self._until: dict[Any, float] = {}

    def begin(self, lane: Any) -> None:
        """It was refused."""
        self._pauses[lane] = min(LONGEST_REST, 2 * self._pauses.get(lane, TROUBLE / 2))
        self._until[lane] = time.monotonic() + self._pauses[lane]

    def end(self, lane: Any) -> None:
        """It was taken."""
        self._pauses.pop(lane, None)
        self._until.pop(lane, None)

    def lanes(self) -> set[Any]:
        """Those that rest now."""
        now = time.monotonic()
        return {lane for lane, until in self._until.items() if until > now}


def _waiting(resting: Collection[Any]) -> Select[Any]:
    """What may leave, in order. Without a look at what rests, the first rows of the table could
    hold up all others.
    """
    subject, number = message_tables.outbox.c.subject, message_tables.outbox.c.number
    some = list(resting)[:MOST_RESTS]
    subjects = [lane for lane in some if isinstance(lane, str)]
    numbers = [lane for lane in some if isinstance(lane, int)]
    awake = and_(number.not_in(numbers), or_(subject.is_(None), subject.not_in(subjects)))
    return select(message_tables.outbox).where(awake).order_by(number)


def waves(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """The rows in order, split so that no wave holds two of one subject."""
    later = list(rows)
    while later:
        wave: list[Any] = []
        rest: list[Any] = []
        seen: set[Any] = set()
        for row in later:
            lane = _lane(row)
            (rest if lane in seen else wave).append(row)
            seen.add(lane)
        yield wave
        later = rest


def _lane(row: Any) -> Any:
    return row.subject if row.subject is not None else row.number


def _anything_due(connection: Connection, now: datetime) -> bool:
    due = (
        select(message_tables.schedule.c.key)
        .where(message_tables.schedule.c.due_at <= now)
        .limit(1)
    )
    with step(connection):
        return connection.execute(due).first() is not None
