"""Count messages for Prometheus, and log each."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from shared.runtime import metrics
from shared.runtime.pipeline import spans
from shared.runtime.pipeline.handled_message import Decided, Final, Postponed, log_final
from shared.runtime.rabbitmq.delivery import Delivery, Fate, Verdict
from shared.runtime.service import Service

UNKNOWN = "unknown"
"""The label of all names that the service does not take, since external clients choose them."""
BATCHES = (1, 2, 5, 10, 25, 50, 100, 200)

MESSAGES = metrics.counter(
    "messages",
    "Messages by outcome: done, refused, duplicate (handled before), failed (retried, or a dead"
    " letter), postponed (to the next batch of the thread), moved (to another queue), ignored"
    " (for another service)",
    "message",
    "outcome",
)
MESSAGE_SECONDS = metrics.histogram(
    "message_seconds",
    "Seconds from reading a message until its transaction, with its batch, was committed",
    "message",
)
BATCH_MESSAGES = metrics.histogram(
    "batch_messages", "Messages that one thread handled together", bounds=BATCHES
)
RETRIES = metrics.counter(
    "retries", "Copies of messages that failed, for a further attempt", "message"
)
DEAD_LETTERS = metrics.counter("dead_letters", "Messages moved to the dead letters", "message")


def name_of(delivery: Delivery, service: Service) -> str:
    """Return the name of a message, or `UNKNOWN` if the service does not take it."""
    envelope = delivery.envelope
    if envelope is None or envelope.type not in service.handlings:
        return UNKNOWN
    return envelope.name


def report(finals: Sequence[Final]) -> None:
    """Log and count messages that were handled together, and how long each took; end spans."""
    for final in finals:
        log_final(final)
    _count(finals)
    spans.end(finals)


def _count(finals: Sequence[Final]) -> None:
    now = time.perf_counter()
    outcomes: Counter[tuple[str, str]] = Counter()
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for final in finals:
        name = final.read.envelope.name
        outcomes[name, _outcome(final)] += 1
        if not isinstance(final, Postponed):
            seconds[name].append(now - final.read.read_at)
    for labels, number in outcomes.items():
        MESSAGES.labels(*labels).inc(number)
    for name, durations in seconds.items():
        histogram = MESSAGE_SECONDS.labels(name)
        for duration in durations:
            histogram.observe(duration)


def count_unread(deliveries: Iterable[tuple[Delivery, Verdict]], service: Service) -> None:
    """Count messages that have no handler here, or that could not be read."""
    for delivery, verdict in deliveries:
        outcome = "failed"
        if verdict.fate is Fate.DONE:
            outcome = "ignored"
        elif verdict.fate is Fate.LEAVE:
            outcome = "postponed"
        elif verdict.fate is Fate.MOVE:
            outcome = "moved"
        MESSAGES.labels(name_of(delivery, service), outcome).inc()


def count_batch(deliveries: Sequence[Delivery]) -> None:
    """Count the size of a batch."""
    BATCH_MESSAGES.observe(len(deliveries))


def _outcome(final: Final) -> str:
    if isinstance(final, Decided):
        return final.status
    if isinstance(final, Postponed):
        return "postponed"
    return "failed"
