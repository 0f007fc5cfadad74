"""Publish the outbox to RabbitMQ.

Every worker process runs two relays: one for events and the service's messages to itself, one for
replies. They share nothing, since replies go to queues of external clients, which may be slow or
refuse. The outbox is divided into partitions by subject, and the relays of all processes share them
by leases: each partition is published by one process, and taken over by another when that ends. A
row is deleted after its confirm and retried until then. Rows of one subject are published one after
another, so that their order holds even if publishing fails in the middle.

A relay is woken after each commit: by its own process through memory, by another one through the
database. It also polls the outbox every few seconds, for rows of processes that were killed
between their commit and the wake-up.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Engine

from shared.runtime import metrics
from shared.runtime.clock import utc_now
from shared.runtime.pipeline import spans
from shared.runtime.pipeline.lanes import Backoff, lane, waves
from shared.runtime.pipeline.upkeep import Upkeep
from shared.runtime.pipeline.wake_ups import WakeUps
from shared.runtime.rabbitmq.names import DOCUMENTS, EVENTS, own_exchange, reply_exchange
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing, Publish
from shared.runtime.storage import outbox, schedule
from shared.runtime.storage.leader import one_statement, step
from shared.runtime.storage.leases import JOINED, Leases, leases

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
BATCH = 500  # rows of a round, which takes about as long as RabbitMQ's confirms
# seconds from one round to the next if commits come faster, so that their rows are published
# together
GATHER = 0.02
# seconds between polls of the outbox, and between two counts of the processes that share it
POLL = schedule.CHECKED.total_seconds()
BALANCE_UNSETTLED = 0.1  # seconds, while this process holds more or less than its share
LEADER_PAUSE = 2.0  # seconds between tries to become a leader
FAILURE_PAUSE = 1.0  # seconds until the next try
ROUND_SECONDS = 20.0  # then no further wave of a round starts; well below `leases.SILENCE`
REJECTED = {Outcome.REFUSED, Outcome.RETURNED}
# a reply is done, too, if its client is gone or its queue is full
DONE = {
    "event": {Outcome.CONFIRMED},
    "document": {Outcome.CONFIRMED},
    "self": {Outcome.CONFIRMED},
    "again": {Outcome.CONFIRMED},
    "self_again": {Outcome.CONFIRMED},
    "reply": {Outcome.CONFIRMED, *REJECTED},
}


@dataclass(frozen=True, slots=True)
class Round:
    """The number of rows that were published and deleted, and whether more are waiting."""

    published: int
    more: bool


class Relay(threading.Thread):
    """The thread. Call `wake` after each commit."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        publish: Publish,
        clock: Callable[[], datetime] = utc_now,
        *,
        replies: bool = False,
        journal_days: float = 0,
    ) -> None:
        """Create the relay of replies, or of all other messages; that one also does the upkeep of
        schedule, inbox and journal.
        """
        super().__init__(daemon=True, name="reply-relay" if replies else "relay")
        self.service, self.engine, self.publish, self.clock = service, engine, publish, clock
        self.partitions = outbox.partitions(engine.dialect.name, replies=replies)
        self.held: Sequence[int] = ()
        self.journal_days = journal_days
        self.upkeep = None if replies else Upkeep(clock, timedelta(days=journal_days))
        self._wake_ups, self._stopping = WakeUps(), threading.Event()
        self._exchanges = {
            "event": EVENTS,
            "document": DOCUMENTS,
            "self": own_exchange(service),
            "again": EVENTS,
            "self_again": own_exchange(service),
        }
        self._next_balance = 0.0
        self._backoff = Backoff()
        # Confirmed, but not removed yet: on a full disk they would be published every second.
        self._published: set[int] = set()

    def wake(self, partitions: Collection[int] = ()) -> None:
        """Publish at once what was committed to partitions; other relays' ones are passed on."""
        self._wake_ups.wake(partitions)

    def stop(self) -> None:
        """Stop after the current round; other processes publish the rest."""
        self._stopping.set()
        self._wake_ups.wake()
        if self.is_alive():
            self.join(15)

    def run(self) -> None:
        while not self._stopping.is_set():
            self._next_balance = 0.0
            try:
                with leases(self.engine, self.name, self.partitions) as own:
                    self._serve(own)
            except Exception as error:
                logger.error(
                    "relay", outcome="interrupted", error=f"{type(error).__name__}: {error}"
                )
                self._stopping.wait(FAILURE_PAUSE)
            self.held = ()

    def _serve(self, own: Leases) -> None:
        while not self._stopping.is_set():
            self._note_wake_ups(own)
            if time.monotonic() >= self._next_balance:
                self._balance(own)
            if not self.held:
                self._wait(own, POLL)
                continue
            if self.upkeep and self._does_upkeep():
                self._wake_others(own, self.upkeep.run(own.connection))
            began = time.monotonic()
            self._rest(self.forward(own.connection, self.held), began, own)

    def _does_upkeep(self) -> bool:
        """Return whether the upkeep belongs to this process: it holds the first partition."""
        return self.partitions[0] in self.held

    def _note_wake_ups(self, own: Leases) -> None:
        """Wake the processes that hold partitions to which this one wrote, and note what others
        wrote.
        """
        written = self._wake_ups.take()
        self._wake_others(own, written)
        woken = own.take_woken()
        if JOINED in woken:
            self._next_balance = 0.0
        if self.upkeep and self.partitions[0] in woken | written:
            self.upkeep.wake()

    def _wake_others(self, own: Leases, written: Collection[int]) -> None:
        theirs = set(written).difference(self.held)
        if theirs:
            own.wake_others(theirs)

    def _balance(self, own: Leases) -> None:
        """Take and end leases. No row is being published meanwhile."""
        settled = own.balance()
        pause = POLL if settled else BALANCE_UNSETTLED
        self._next_balance = time.monotonic() + pause
        if self.held != own.held:
            outcome = "active" if own.held else "idle"
            logger.info("relay", outcome=outcome, name=self.name, partitions=len(own.held))
        self.held = own.held

    def _rest(self, last: Round, began: float, own: Leases) -> None:
        if last.more:
            return
        if last.published and self._wake_ups.is_set():  # there was a commit meanwhile
            self._stopping.wait(began + GATHER - time.monotonic())
        else:
            self._wait(own, self._backoff.pause(began))

    def _wait(self, own: Leases, longest: float) -> None:
        """Wait for a wake-up, or until there is something to do at a certain time."""
        pauses = [POLL, longest, self._next_balance - time.monotonic()]
        if self.upkeep and self._does_upkeep():
            pauses.append(self.upkeep.pause())
        self._wake_ups.wait(min(pauses), own)

    def forward(self, connection: Connection, partitions: Sequence[int]) -> Round:
        """Publish the next rows of these partitions, and delete those that were confirmed."""
        delayed = self._backoff.lanes()
        limit = -(-BATCH // len(partitions))
        with one_statement(connection):
            rows = outbox.waiting(connection, partitions, limit, delayed)
        fresh, done = [], []
        for row in rows:
            if row.number in self._published:
                done.append(row.number)
            else:
                fresh.append(row)
        new, answered = self._publish(fresh)
        done += new
        if new:
            self._note_lag(rows, set(new))
            self._published.update(new)
        if done:
            self._remove(connection, done)
            self._published.difference_update(done)
        if len(rows) > len(done):
            logger.warning("relay", outcome="unpublished", rows=len(rows) - len(done))
        if not answered:
            self._stopping.wait(FAILURE_PAUSE)
        return Round(len(done), _any_full(rows, limit) or self._any_free(rows, done))

    def _any_free(self, rows: Sequence[Any], done: Collection[int]) -> bool:
        """Return whether a row was left that may be tried again at once."""
        if len(rows) == len(done):
            return False
        delayed = self._backoff.lanes()
        return any(row.number not in done and lane(row) not in delayed for row in rows)

    def _remove(self, connection: Connection, numbers: Sequence[int]) -> None:
        if self.journal_days:
            with step(connection):
                outbox.remove(connection, numbers, self.clock())
        else:
            with one_statement(connection):
                outbox.remove(connection, numbers)

    def _publish(self, rows: Sequence[Any]) -> tuple[list[int], bool]:
        """Publish rows, one wave after another. Return the numbers of those that are done, and
        False if RabbitMQ did not answer, or accepts nothing: then the others are not tried.
        """
        done: list[int] = []
        stuck: set[outbox.Lane] = set()
        until = time.monotonic() + ROUND_SECONDS
        for wave in waves(rows):
            free = [row for row in wave if lane(row) not in stuck]
            with spans.sending([row.body for row in free]):
                outcomes = self.publish([self._outgoing(row) for row in free])
            for outcome, number in Counter(outcomes).items():
                PUBLISHED.labels(self.name, outcome.value).inc(number)
            failed = {}
            for row, outcome in zip(free, outcomes, strict=True):
                if outcome in DONE[row.route]:
                    done.append(row.number)
                    self._backoff.end(lane(row))
                else:
                    failed[lane(row)] = outcome
            for each, outcome in failed.items():
                if outcome in REJECTED:
                    self._backoff.begin(each)
            if not REJECTED.issuperset(failed.values()):
                return done, False
            stuck.update(failed)
            if time.monotonic() > until:
                break
        return done, True

    def _note_lag(self, rows: Sequence[Any], sent: Collection[int]) -> None:
        """Count how long ago the first confirmed row was written, which is the oldest."""
        first = next(row for row in rows if row.number in sent)
        written = outbox.written_at(first.route, first.body)
        if written is not None:
            LAG.labels(self.name).observe((self.clock() - written).total_seconds())

    def _outgoing(self, row: Any) -> Outgoing:
        if row.route == "reply":
            exchange = reply_exchange(row.routing_key)
            return Outgoing(
                exchange, row.routing_key, row.body, row.message_id, correlation_id=row.subject
            )
        return Outgoing(self._exchanges[row.route], row.routing_key, row.body, row.message_id)


def _any_full(rows: Sequence[Any], limit: int) -> bool:
    """Return whether a partition may hold more rows than were read."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.partition] = counts.get(row.partition, 0) + 1
    return any(count >= limit for count in counts.values())
