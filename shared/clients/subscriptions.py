"""Events as they come, and as they came: a queue of one's own, or RabbitMQ's stream."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from pika.adapters.blocking_connection import BlockingConnection

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.runtime.errors import AftercartError, TopologyError
from shared.runtime.rabbitmq.names import EVENTS, STREAM

# a terminal that was stopped and forgotten must not fill RabbitMQ: the oldest are dropped
MOST_WAITING = 10_000
Start = str | datetime
"""`first`, `last` (what was written last), or a time, from which on the stream is replayed."""


def open_live(connection: BlockingConnection, user: str, pattern: str) -> Iterator[Envelope]:
    """Events whose names match, from now on. The queue is bound when this returns."""
    channel, queue = connection.channel(), f"{user}.watch.{uuid4()}"
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-length": MOST_WAITING})
    channel.queue_bind(queue, EVENTS, pattern)
    channel.basic_qos(prefetch_count=100)
    return _read(channel, partial(channel.consume, queue))


def open_replay(connection: BlockingConnection, pattern: str, start: Start) -> Iterator[Envelope]:
    """The stream from `start` on, and then what comes."""
    channel = connection.channel()
    channel.basic_qos(prefetch_count=100)  # a stream demands it
    offset = start.astimezone(UTC).replace(tzinfo=None) if isinstance(start, datetime) else start
    events = _read(channel, partial(channel.consume, STREAM, arguments={"x-stream-offset": offset}))
    return (event for event in events if _wanted(event, pattern, start))


def _wanted(event: Envelope, pattern: str, start: Start) -> bool:
    # RabbitMQ begins with the whole chunk that the time lies in, which may be earlier.
    early = isinstance(start, datetime) and event.time is not None and event.time < start
    return not early and matches(pattern.split("."), event.name.split("."))


def _read(channel: Any, consume: Any) -> Iterator[Envelope]:
    for method, _properties, body in consume():
        channel.basic_ack(method.delivery_tag)
        try:
            yield decode(body)
        except Unreadable:
            continue  # our relays send none; what others put there is not ours to show
    raise TopologyError("RabbitMQ ended the subscription: the queue was deleted.")


def matches(pattern: list[str], words: list[str]) -> bool:
    """Whether a name matches as it would in a topic exchange: `*` is one word, `#` any number."""
    match pattern:
        case []:
            return not words
        case ["#", *rest]:
            return any(matches(rest, words[skipped:]) for skipped in range(len(words) + 1))
        case [word, *rest]:
            return bool(words) and word in ("*", words[0]) and matches(rest, words[1:])
    raise AssertionError("a list is empty or has a first item")


def read_start(text: str) -> Start:
    """`first`, `last` or an ISO time, in this machine's time zone if it names none. Raises
    `AftercartError`.
    """
    if text in ("first", "last"):
        return text
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise AftercartError(
            f"'{text}' is no start: it is first, last, or a time such as 2026-11-21T12:00 or"
            " 2026-11-21T12:00Z."
        ) from None
