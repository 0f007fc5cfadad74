"""Define the lanes of a worker process: queues, each with its pipeline and threads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop
from queue import PriorityQueue
from typing import Any

from shared.runtime.pipeline.overflow import Overflow
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.pipeline.unread import Unrouted
from shared.runtime.rabbitmq.names import UNANSWERED, overflow_queue, queue_of
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.weight import Weight

FLOOD_FACTOR = 10  # times as many messages are received during a flood


class ReceivedMessages(PriorityQueue[Any]):
    """Messages that wait in memory. Threads wait for them without polling: `close` ends that."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = False

    def take(self, limit: int, timeout: float) -> list[Any]:
        """Return up to `limit` messages, waiting for the first."""
        taken: list[Any] = []
        with self.not_empty:
            self.not_empty.wait_for(lambda: self.queue or self._closed, timeout)
            while self.queue and len(taken) < limit:
                taken.append(heappop(self.queue))
        for _ in taken:
            self.task_done()
        return taken

    def close(self) -> None:
        """Let no thread wait any more, since the process stops."""
        with self.not_empty:
            self._closed = True
            self.not_empty.notify_all()


@dataclass(frozen=True)
class Lane:
    """One queue of the service, and the threads that handle its messages with `pipeline`. `batch`
    is the most messages in one transaction.

    The lane of the work queue has an `overflow` that chooses messages to move; the lane of the
    overflow queue `drains` it.
    """

    queue: str
    pipeline: Pipeline | Unrouted
    threads: int
    batch: int
    overflow: Overflow | None = None
    drains: Overflow | None = None
    received: ReceivedMessages = field(default_factory=ReceivedMessages)

    @property
    def take(self) -> int:
        """Return how many messages a thread takes at once: more while most are moved, but not all,
        so that the next ones arrive meanwhile.
        """
        if self.overflow and self.overflow.moving:
            return max(self.batch, self.window // 4)
        return self.batch

    @property
    def prefetch(self) -> int:
        """Return how many messages may be received and not acknowledged."""
        return 2 * self.threads * self.batch

    @property
    def window(self) -> int:
        """Return the prefetch at the moment: many more messages while a flood is moved, since each
        move waits for RabbitMQ twice.
        """
        if self.overflow and self.overflow.flooded:
            return FLOOD_FACTOR * self.prefetch
        return self.prefetch


def lanes_of(
    service: Service,
    settings: ServiceSettings,
    threads: int,
    pipeline: Callable[[Weight], Pipeline],
    overflow: Overflow,
    unrouted: Unrouted,
) -> list[Lane]:
    """Return a lane for each weight of the service's messages, one for the overflow queue, with as
    many threads as the work queue, and one for messages that no service takes. Questions are taken
    one by one: one that takes long delays none that another thread could answer.
    """
    batch = settings.batch or service.batch
    work = pipeline(Weight.WORK)
    lanes = [
        Lane(service.name, work, threads, batch, overflow=overflow),
        Lane(overflow_queue(service.name), work, threads, batch, drains=overflow),
        Lane(UNANSWERED, unrouted, threads=1, batch=batch),
    ]
    sizes = {
        Weight.QUESTION: (settings.question_threads, 1),
        Weight.BULK: (settings.bulk_threads, batch),
    }
    for weight in service.weights:
        if weight in sizes:
            lanes.append(Lane(queue_of(service.name, weight), pipeline(weight), *sizes[weight]))
    return lanes
