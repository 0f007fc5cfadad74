"""Publish the outbox to RabbitMQ, and move due messages from the schedule to the outbox.

Every worker process runs two relays: one for events and the service's messages to itself, one for
replies. They share nothing, since replies go to queues of external clients, which may be slow or
refuse. Of each kind one is active per database, the others wait to take over. A row is deleted
after its confirm and retried until then. Rows of one subject are published one after another, so
that their order holds even if publishing fails in the middle.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Select, and_, delete, or_, select

from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.rabbitmq.names import DOCUMENTS, EVENTS, REPLIES, own_exchange
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing, Publish
from shared.runtime.storage import inbox, message_tables, outbox, schedule
from shared.runtime.storage.leader import leadership, step

logger = structlog.get_logger()

PUBLISHED = metrics.counter(
    "relayed_messages",
    "Messages of the outbox that were published, by RabbitMQ's answer",
    "relay",
    "outcome",
)
LAG = metrics.histogram(
    "relay_lag_seconds",
    "Age of the oldest message of each batch when RabbitMQ confirmed it, without a service's"
    " messages to itself",
    "relay",
    bounds=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600),
)
BATCH = 200  # rows
# seconds between polls of the outbox, since other processes write to it, and of the schedule
POLL = 0.1
# seconds from one round to the next if commits come faster, so that their rows are published
# together
GATHER = 0.02
LEADER_PAUSE = 0.5  # seconds between tries to become the leader
FAILURE_PAUSE = 1.0  # seconds until the next try
MAX_BACKOFF = 5.0  # seconds until a row that RabbitMQ refuses is tried again
MAX_EXCLUDED = 1000  # subjects in one statement
REJECTED = {Outcome.REFUSED, Outcome.RETURNED}
# a reply is done, too, if its client is gone or its queue is full
DONE = {
    "event": {Outcome.CONFIRMED},
    "document": {Outcome.CONFIRMED},
    "self": {Outcome.CONFIRMED},
    "reply": {Outcome.CONFIRMED, *REJECTED},
}
EVENTS_AND_OWN = ("event", "document", "self")
ONLY_REPLIES = ("reply",)
"""The routes of the two relays."""
SWEEP = 1000  # claims deleted at once
RETENTION = timedelta(days=30)  # of claims in the inbox; a replay must not come later


class Relay(threading.Thread):
    """The thread. `wake()` after a commit saves the wait for the next poll."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        publish: Publish,
        clock: Callable[[], datetime] = utc_now,
        routes: Sequence[str] = EVENTS_AND_OWN,
    ) -> None:
        """Create the relay of some routes; that of the service's messages to itself also moves
        due messages, and removes old claims.
        """
        self.routes = routes
        self._keeps_time = "self" in routes
        super().__init__(daemon=True, name="relay" if self._keeps_time else "reply-relay")
        self.service, self.engine, self.publish, self.clock = service, engine, publish, clock
        self.active = False
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._exchanges = {
            "event": EVENTS,
            "document": DOCUMENTS,
            "reply": REPLIES,
            "self": own_exchange(service),
        }
        self._next_sweep, self._next_tick = clock(), 0.0
        self._backoff = Backoff()

    def wake(self) -> None:
        """Poll the outbox at once."""
        self._wake.set()

    def stop(self) -> None:
        """Stop after the current batch; the next leader publishes the rest."""
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(15)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with leadership(self.engine, self.name) as connection:
                    self.active = connection is not None
                    if connection is not None:
                        self._serve(connection)
            except Exception as error:
                logger.error(
                    "relay", outcome="interrupted", error=f"{type(error).__name__}: {error}"
                )
                self._stopping.wait(FAILURE_PAUSE)
            self.active = False
            self._stopping.wait(LEADER_PAUSE)

    def _serve(self, connection: Connection) -> None:
        logger.info("relay", outcome="active")
        while not self._stopping.is_set():
            self._wake.clear()
            if self._keeps_time and time.monotonic() >= self._next_tick:
                self._next_tick = time.monotonic() + POLL
                self._tick(connection)
            began = time.monotonic()
            self._rest(self.forward(connection), began)

    def _rest(self, sent: int, began: float) -> None:
        if not sent:
            self._wake.wait(POLL)
        elif sent < BATCH and self._wake.is_set():  # there was a commit meanwhile
            self._stopping.wait(began + GATHER - time.monotonic())

    def _tick(self, connection: Connection) -> None:
        now = self.clock()
        if _anything_due(connection, now):
            with step(connection):
                schedule.move_due(connection, now)
        if now >= self._next_sweep:
            self._next_sweep = now + timedelta(minutes=10)
            with step(connection):
                if inbox.forget(connection, now - RETENTION, SWEEP) == SWEEP:
                    self._next_sweep = now  # there are more; publishing goes first

    def forward(self, connection: Connection) -> int:
        """Publish one batch of rows and return how many were confirmed and deleted."""
        delayed = self._backoff.lanes()
        with step(connection):
            rows = connection.execute(_waiting(self.routes, delayed).limit(BATCH)).all()
        sent: list[int] = []
        stuck = set(delayed)
        in_trouble = False
        for wave in waves(rows):
            free = [row for row in wave if _lane(row) not in stuck]
            outcomes = self.publish([self._outgoing(row) for row in free])
            for outcome, number in Counter(outcomes).items():
                PUBLISHED.labels(self.name, outcome.value).inc(number)
            for row, outcome in zip(free, outcomes, strict=True):
                if outcome in DONE[row.route]:
                    sent.append(row.number)
                    self._backoff.end(_lane(row))
                    continue
                stuck.add(_lane(row))
                if outcome in REJECTED:
                    self._backoff.begin(_lane(row))
                in_trouble |= outcome not in REJECTED
        if sent:
            self._note_lag(rows, sent)
            with step(connection):
                connection.execute(
                    delete(message_tables.outbox).where(message_tables.outbox.c.number.in_(sent))
                )
        if len(rows) > len(sent):
            logger.warning("relay", outcome="unpublished", rows=len(rows) - len(sent))
        if in_trouble:
            self._stopping.wait(FAILURE_PAUSE)
        return len(sent)

    def _note_lag(self, rows: Sequence[Any], sent: Collection[int]) -> None:
        """Count how long ago the first confirmed row was written, which is the oldest."""
        first = next(row for row in rows if row.number in sent)
        written = outbox.written_at(first.route, first.body)
        if written is not None:
            LAG.labels(self.name).observe((self.clock() - written).total_seconds())

    def _outgoing(self, row: Any) -> Outgoing:
        return Outgoing(self._exchanges[row.route], row.routing_key, row.body, row.message_id)


class Backoff:
    """Delays lanes with a row that RabbitMQ refused, longer each time. A lane is a subject or a
    row.
    """

    def __init__(self) -> None:
        self._pauses: dict[Any, float] = {}
        self._until: dict[Any, float] = {}

    def begin(self, lane: Any) -> None:
        """Delay a lane, since its row was refused."""
        self._pauses[lane] = min(MAX_BACKOFF, 2 * self._pauses.get(lane, FAILURE_PAUSE / 2))
        self._until[lane] = time.monotonic() + self._pauses[lane]

    def end(self, lane: Any) -> None:
        """Reset a lane, since its row was confirmed."""
        self._pauses.pop(lane, None)
        self._until.pop(lane, None)

    def lanes(self) -> set[Any]:
        """Return the lanes that are delayed now."""
        now = time.monotonic()
        return {lane for lane, until in self._until.items() if until > now}


def _waiting(routes: Sequence[str], delayed: Collection[Any]) -> Select[Any]:
    """Return the query for rows of these routes to publish, in order, without delayed lanes:
    otherwise those could block all other rows.
    """
    subject, number = message_tables.outbox.c.subject, message_tables.outbox.c.number
    some = list(delayed)[:MAX_EXCLUDED]
    subjects, numbers = [], []
    for lane in some:
        if isinstance(lane, str):
            subjects.append(lane)
        elif isinstance(lane, int):
            numbers.append(lane)
    ready = and_(number.not_in(numbers), or_(subject.is_(None), subject.not_in(subjects)))
    ours = message_tables.outbox.c.route.in_(routes)
    return select(message_tables.outbox).where(ours, ready).order_by(number)


def waves(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """Split rows, in order, so that no wave holds two rows of one subject."""
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
    if row.subject is not None:
        return row.subject
    return row.number


def _anything_due(connection: Connection, now: datetime) -> bool:
    due = (
        select(message_tables.schedule.c.key)
        .where(message_tables.schedule.c.due_at <= now)
        .limit(1)
    )
    with step(connection):
        return connection.execute(due).first() is not None
