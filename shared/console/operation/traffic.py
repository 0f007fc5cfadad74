"""Sample the rates of queues, so that pages can plot the last minutes."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from shared.clients.queue_traffic import QueueTraffic, node_problems, traffic_of
from shared.clients.urls import virtual_host
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import UNROUTED

SAMPLE_SECONDS = 5.0
SAMPLES = 120  # ten minutes
MAX_FOREIGN = 10
"""Queues of external clients that are shown, the fullest ones: they fill RabbitMQ's disk if nobody
reads them."""


@dataclass(frozen=True)
class Sample:
    """All queues at one time."""

    at: float
    queues: Mapping[str, QueueTraffic]


@dataclass(frozen=True)
class QueueRates:
    """A queue now, and its rates before, oldest first."""

    now: QueueTraffic
    rates_in: Sequence[float]
    rates_out: Sequence[float]
    waiting: Sequence[float]


@dataclass(frozen=True)
class Traffic:
    """The queues with their rates, and what is wrong with RabbitMQ's nodes. `error` states why
    there are no figures.
    """

    queues: list[QueueRates] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    error: str = ""
    seconds: float = 0

    @property
    def total(self) -> QueueRates | None:
        """The rates of all queues together; None without samples."""
        if not self.queues:
            return None
        return QueueRates(
            now=QueueTraffic(
                "",
                waiting=sum(self._each("now.waiting")),
                held=sum(self._each("now.held")),
                consumers=sum(self._each("now.consumers")),
                rate_in=sum(self._each("now.rate_in")),
                rate_out=sum(self._each("now.rate_out")),
            ),
            rates_in=_sums(self._each("rates_in")),
            rates_out=_sums(self._each("rates_out")),
            waiting=_sums(self._each("waiting")),
        )

    def _each(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.queues))


class TrafficSampler:
    """Reads the management API every few seconds, in a thread."""

    def __init__(self, management_urls: str, broker_urls: str, services: Sequence[str]) -> None:
        self._management_urls, self._broker_urls = management_urls, broker_urls
        self._services = services
        self._lock = threading.Lock()  # for the two below
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._state = Traffic(error="There are no figures yet: look again in a few seconds.")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="console-traffic")

    def start(self) -> None:
        """Start to sample."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join(5)

    def traffic(self) -> Traffic:
        """Return the queues as last read."""
        with self._lock:
            samples, state = list(self._samples), self._state
        if not samples:
            return state
        return Traffic(
            queues=list(rates_of(samples, self._services)),
            problems=state.problems,
            error=state.error,
            seconds=samples[-1].at - samples[0].at,
        )

    def _run(self) -> None:
        with Management(self._management_urls) as management:
            while not self._stopping.is_set():
                self._sample(management.queues, management.nodes)
                self._stopping.wait(SAMPLE_SECONDS)

    def _sample(self, queues: Callable[..., list], nodes: Callable[[], list]) -> None:  # type: ignore[type-arg]
        try:
            found = traffic_of(queues(virtual_host(self._broker_urls)))
            state = Traffic(problems=node_problems(nodes()))
        except AftercartError as error:
            with self._lock:
                self._state = Traffic(error=str(error))
            return
        sample = Sample(time.monotonic(), {queue.name: queue for queue in found})
        with self._lock:
            self._samples.append(sample)
            self._state = state


def rates_of(samples: Sequence[Sample], services: Sequence[str]) -> Iterator[QueueRates]:
    """Yield the queues to show: those of the services, the commands that no service handles, and
    the fullest queues of external clients.
    """
    foreign: list[QueueTraffic] = []
    for name, queue in sorted(samples[-1].queues.items()):
        if name.partition(".")[0] in services or name == UNROUTED:
            yield _rates(queue, samples)
        elif queue.waiting:
            foreign.append(queue)
    for queue in sorted(foreign, key=lambda queue: -queue.waiting)[:MAX_FOREIGN]:
        yield _rates(queue, samples)


def _rates(queue: QueueTraffic, samples: Sequence[Sample]) -> QueueRates:
    known = [sample.queues[queue.name] for sample in samples if queue.name in sample.queues]
    return QueueRates(
        now=queue,
        rates_in=list(map(attrgetter("rate_in"), known)),
        rates_out=list(map(attrgetter("rate_out"), known)),
        waiting=list(map(float, map(attrgetter("waiting"), known))),
    )


def _sums(rows: Sequence[Sequence[float]]) -> list[float]:
    """Add rows that end at the same time."""
    found = [0.0] * max(map(len, rows), default=0)
    for row in rows:
        first = len(found) - len(row)
        for position, value in enumerate(row):
            found[first + position] += value
    return found
