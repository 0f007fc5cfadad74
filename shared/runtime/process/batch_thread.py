"""Take batches of messages from memory, have them handled, and settle each by its verdict."""

import random
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from dramatiq.worker import WorkerThread

from shared.runtime.clock import backoff
from shared.runtime.pipeline.counting import DEAD_LETTERS, RETRIES, count_unread, name_of
from shared.runtime.pipeline.overflow import Overflow
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.process.lanes import Lane
from shared.runtime.rabbitmq.broker import HeldMessage, SafeRabbitmqBroker
from shared.runtime.rabbitmq.delivery import Delivery, Fate, Verdict
from shared.runtime.rabbitmq.names import overflow_queue
from shared.runtime.rabbitmq.outgoing import Outgoing

if TYPE_CHECKING:
    from shared.runtime.process.batch_worker import BatchWorker

logger = structlog.get_logger()

# seconds until a batch is tried again while the database is unavailable; no attempt is counted
DATABASE_PAUSE = 1.0
MAX_PAUSE = 30.0  # seconds, while RabbitMQ refuses copies for a retry


def _by_owner(messages: Sequence[HeldMessage]) -> dict[Any, list[HeldMessage]]:
    """Group messages by the consumer that received them."""
    grouped: dict[Any, list[HeldMessage]] = {}
    for message in messages:
        grouped.setdefault(message.owner, []).append(message)
    return grouped


def _trouble(verdicts: Sequence[Verdict]) -> BaseException | None:
    """Return the error of the first postponed message that has one."""
    for verdict in verdicts:
        if verdict.fate is Fate.LEAVE and verdict.error:
            return verdict.error
    return None


class BatchThread(WorkerThread):
    """A thread that takes batches from dramatiq's in-memory queue, has them handled, and settles
    each message by its verdict.
    """

    worker: "BatchWorker"
    lane: "Lane"
    broker: SafeRabbitmqBroker

    def run(self) -> None:
        self.running = True
        # Postponed messages of the batch before. At a stop they return to RabbitMQ.
        self._postponed: list[HeldMessage] = []
        self.broker.emit_after("worker_thread_boot", self)
        while self.running:
            if self.lane.drains:
                self.lane.drains.give_way(self.worker.stopping)
            if self.lane.overflow:
                self._handle(self._take_and_move(self.lane.overflow))
            else:
                self._handle(self._take())
        for message in self._postponed:
            if message.observed:
                message.observed.give_up()
        self.broker.emit_before("worker_thread_shutdown", self)

    def _take(self) -> list[HeldMessage]:
        held, self._postponed = self._postponed, []
        timeout = 0.0 if held else self.timeout
        items = self.lane.received.take(self.lane.take - len(held), timeout)
        current = []
        for message in (*held, *(item.message for item in items)):
            if message.current:
                current.append(message)
            elif message.observed:  # prefetched before a reconnect: RabbitMQ delivers it again
                message.observed.give_up()
        return current

    def _take_and_move(self, overflow: Overflow) -> list[HeldMessage]:
        """Take messages, move those of shops that flood the queue, and return the others."""
        with overflow.taking:
            held = self._take()
            if held:
                held = self._move_flood(held, overflow)
        self.worker.receive(self.lane.queue, self.lane.window)
        return held

    def _move_flood(self, held: list[HeldMessage], overflow: Overflow) -> list[HeldMessage]:
        """Move new messages of shops that flood the queue, and return the others."""
        new = [message for message in held if not message.begun]
        try:
            chosen = overflow.choose([message.delivery for message in new])
        except Exception as error:
            self._finish(held, [Verdict(Fate.LEAVE, error)] * len(held))
            return []
        staying = [message for message in held if message.begun]
        moving: list[HeldMessage] = []
        for message, is_chosen in zip(new, chosen, strict=True):
            (moving if is_chosen else staying).append(message)
        if moving:
            move = Verdict(Fate.MOVE, queue=overflow_queue(self.worker.service.name))
            count_unread([(each.delivery, move) for each in moving], self.worker.service)
            self._finish(moving, [move] * len(moving))
        return staying

    def _handle(self, held: list[HeldMessage]) -> None:
        """Handle messages, up to the size of a batch together. If one is postponed, later batches
        wait, too: they must not overtake.
        """
        while held and not self._postponed:
            self._work(held[: self.lane.batch])
            held = held[self.lane.batch :]
        self._postponed += held

    def _work(self, held: Sequence[HeldMessage]) -> None:
        self.worker.began(self)
        started = time.monotonic()
        for message in held:
            message.begun = True
            if self.broker.observed:
                message.observe()
        verdicts = self._verdicts([message.delivery for message in held])
        self._note_handled(held, verdicts, time.monotonic() - started)
        for message, verdict in zip(held, verdicts, strict=True):
            self._show(message, verdict)
        self._finish(held, verdicts)
        self.worker.ended(self)

    def _note_handled(
        self, held: Sequence[HeldMessage], verdicts: Sequence[Verdict], seconds: float
    ) -> None:
        if self.lane.overflow:
            self.lane.overflow.detector.measure(len(held), seconds)
        if self.lane.drains:
            handled = []
            for message, verdict in zip(held, verdicts, strict=True):
                if verdict.fate is not Fate.LEAVE:
                    handled.append(message.delivery)
            self.lane.drains.end(handled)

    def _finish(self, held: Sequence[HeldMessage], verdicts: Sequence[Verdict]) -> None:
        self._settle(held, verdicts)
        self._rest(verdicts)

    def _settle(self, held: Sequence[HeldMessage], verdicts: Sequence[Verdict]) -> None:
        done: list[HeldMessage] = []
        failed: list[tuple[HeldMessage, Verdict, Outgoing]] = []
        for message, verdict in zip(held, verdicts, strict=True):
            if verdict.fate is Fate.DONE:
                done.append(message)
            elif verdict.fate is Fate.LEAVE:
                self._postponed.append(message)
            elif message.current:  # otherwise RabbitMQ delivers it again, without a copy
                failed.append((message, verdict, self._copy(message, verdict)))
        refused: list[HeldMessage] = []
        safe = self.broker.publish([copy for _, _, copy in failed])
        for (message, verdict, _), is_safe in zip(failed, safe, strict=True):
            if is_safe:
                done.append(message)
                self._tell_failure(message, verdict)
            else:
                refused.append(message)
        self._acknowledge(done)
        if refused:
            self._return_to_queue(refused)
        else:
            self.worker.streak = 0

    def _tell_failure(self, message: HeldMessage, verdict: Verdict) -> None:
        """Answer the sender of a message that is now a dead letter, unless its refusal did."""
        exhausted = verdict.fate is Fate.RETRY and self.broker.exhausted(message)
        dead = exhausted or (verdict.fate is Fate.BURY and verdict.reason is None)
        if dead and isinstance(self.lane.pipeline, Pipeline):
            self.lane.pipeline.tell_failure(message.delivery)

    def _acknowledge(self, done: Sequence[HeldMessage]) -> None:
        for owner, messages in _by_owner(done).items():
            owner.ack_all(messages)
        for message in done:
            if message.observed:
                message.observed.settle()

    def _show(self, message: HeldMessage, verdict: Verdict) -> None:
        """Show middleware what became of a message; one that is left is shown when it is
        handled.
        """
        if message.observed is None or verdict.fate is Fate.LEAVE:
            return
        if verdict.fate is Fate.DONE:
            message.observed.succeed()
        elif verdict.fate is Fate.MOVE:
            message.observed.give_up()
        else:
            dead = verdict.fate is Fate.BURY or self.broker.exhausted(message)
            message.observed.fail(verdict.error, dead=dead)

    def _verdicts(self, deliveries: Sequence[Delivery]) -> Sequence[Verdict]:
        try:
            return self.lane.pipeline.process(deliveries)
        except Exception as error:  # an error of the pipeline must not end the thread
            logger.exception("batch", outcome="pipeline_failed", size=len(deliveries))
            if len(deliveries) == 1:
                return [Verdict(Fate.RETRY, error)]
            verdicts: list[Verdict] = []
            for delivery in deliveries:
                verdicts += self._verdicts([delivery])
            return verdicts

    def _rest(self, verdicts: Sequence[Verdict]) -> None:
        """Pause if the database was unavailable."""
        trouble = _trouble(verdicts)
        if trouble:
            logger.error(
                "batch",
                outcome="postponed",
                size=len(self._postponed),
                error=str(trouble),
                again_in=DATABASE_PAUSE,
            )
            self.worker.stopping.wait(DATABASE_PAUSE)

    def _copy(self, message: HeldMessage, verdict: Verdict) -> Outgoing:
        name = name_of(message.delivery, self.worker.service)
        if verdict.fate is Fate.RETRY and not self.broker.exhausted(message):
            RETRIES.labels(name).inc()
            return self.broker.retry(message, random.random())
        if verdict.fate is Fate.MOVE:
            return self.broker.move(message, verdict.queue)
        DEAD_LETTERS.labels(name).inc()
        error = verdict.error
        logger.error(
            message.delivery.name,
            outcome="buried",
            attempts=message.delivery.attempts + 1,
            error=str(error),
        )
        trace = "".join(traceback.format_exception(error))
        return self.broker.dead_letter(
            message, f"{type(error).__name__}: {error}", trace, datetime.now(UTC).isoformat()
        )

    def _return_to_queue(self, refused: Sequence[HeldMessage]) -> None:
        """Return messages to the queue since RabbitMQ refused their copies, after a growing pause:
        each return counts towards the delivery limit.
        """
        self.worker.streak += 1
        self.worker.stopping.wait(backoff(0.5, self.worker.streak, MAX_PAUSE))
        for owner, messages in _by_owner(refused).items():
            owner.return_to_queue(messages)
