"""Run dramatiq's worker with threads that handle messages in batches: one transaction and one
acknowledgement each. Each queue of the service has threads of its own.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import dramatiq
from dramatiq.worker import ConsumerThread, Worker

from shared.runtime.errors import NotYet
from shared.runtime.process.batch_thread import BatchThread
from shared.runtime.process.lanes import Lane
from shared.runtime.rabbitmq.broker import UNKNOWN, SafeRabbitmqBroker, SafeRabbitmqConsumer
from shared.runtime.rabbitmq.names import queue_of
from shared.runtime.service import Service
from shared.runtime.weight import Weight

IDLE_MILLISECONDS = 5000  # threads without messages wait as long, unless a stop wakes them


def _refuse_unknown() -> None:
    raise NotImplementedError("messages that no handler takes go to the dead letters")


class _ConsumerThread(ConsumerThread):
    """A thread that receives the messages of one queue; a stop wakes it."""

    def stop(self) -> None:
        super().stop()
        consumer: Any = self.consumer
        if consumer:
            consumer.wake()


class BatchWorker(Worker):
    """The worker of a process. dramatiq's has one set of threads for all queues, this one has
    threads for each.
    """

    def __init__(self, broker: SafeRabbitmqBroker, service: Service, lanes: Sequence[Lane]) -> None:
        self.service, self.lanes = service, {lane.queue: lane for lane in lanes}
        threads = [lane for lane in lanes for _ in range(lane.threads)]
        super().__init__(broker, worker_threads=len(threads), worker_timeout=IDLE_MILLISECONDS)
        self._without_thread = threads
        self.stopping, self.streak = threading.Event(), 0
        self._busy: dict[BatchThread, float] = {}
        self._declare_actors()

    def stop(self, timeout: int = 600_000) -> None:
        """Finish running batches and return all other messages to the queue."""
        self.stopping.set()
        for lane in self.lanes.values():
            lane.received.close()
        super().stop(timeout)

    def _declare_actors(self) -> None:
        """Declare an actor for each message name, as middleware looks them up by name. They are
        never called: a batch is handled by the pipeline.
        """
        self._declare_actor(UNKNOWN, Weight.WORK, _refuse_unknown)
        for queue in self.lanes:
            self.broker.declare_queue(queue)
        for handling in self.service.handlings.values():
            self._declare_actor(handling.message.name, handling.weight, handling.handler)

    def _declare_actor(self, name: str, weight: Weight, function: Callable[..., Any]) -> None:
        queue = queue_of(self.service.name, weight)
        actor = dramatiq.actor(actor_name=name, queue_name=queue, broker=self.broker)(function)
        actor.options["throws"] = NotYet  # expected: error reporters do not report it

    def began(self, thread: BatchThread) -> None:
        self._busy[thread] = time.monotonic()

    def ended(self, thread: BatchThread) -> None:
        self._busy.pop(thread, None)

    def backlog(self, queue: str) -> float:
        """Return how many messages of a queue wait for each of its consumers."""
        consumer = self._consumer(queue)
        return consumer.backlog if consumer else 0.0

    def receive(self, queue: str, prefetch: int) -> None:
        """Set how many messages of a queue may be received and not acknowledged."""
        consumer = self._consumer(queue)
        if consumer:
            consumer.prefetch = prefetch

    def _consumer(self, queue: str) -> SafeRabbitmqConsumer | None:
        thread = self.consumers.get(queue)
        consumer: Any = thread.consumer if thread else None
        found: SafeRabbitmqConsumer | None = consumer
        return found

    @property
    def connected(self) -> bool:
        """Return whether every queue has been consumed since the start."""
        return all(thread.consumer is not None for thread in self.consumers.values())

    def fault(self, longest: float) -> str | None:
        """Return why the process must end, or None: a thread died, or a batch has been running for
        more than `longest` seconds.
        """
        threads = [*self.workers, *self.consumers.values()]
        dead = [thread for thread in threads if not thread.is_alive()]
        if dead:
            return f"{len(dead)} of {len(threads)} threads died"
        for began in list(self._busy.values()):
            if time.monotonic() - began > longest:
                return f"a handler has been running for more than {longest:.0f} seconds"
        return None

    def _add_consumer(self, queue_name: str, *, delay: bool = False) -> None:
        lane = self.lanes[queue_name]
        self.consumers[queue_name] = _ConsumerThread(
            broker=self.broker,
            queue_name=queue_name,
            prefetch=lane.prefetch,
            work_queue=lane.received,
            worker_timeout=self.worker_timeout,
        )
        self.consumers[queue_name].start()

    def _add_worker(self) -> None:
        lane = self._without_thread.pop()
        thread = BatchThread(
            broker=self.broker,
            consumers=self.consumers,
            work_queue=lane.received,
            worker_timeout=self.worker_timeout,
        )
        thread.worker, thread.lane = self, lane
        thread.start()
        self.workers.append(thread)
