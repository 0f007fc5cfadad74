"""Receive events as they are published, or replay them from the event stream."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.runtime.errors import AftercartError, TopologyError
from shared.runtime.rabbitmq.names import EVENTS, STREAM

# A subscriber that stopped reading must not fill RabbitMQ: the oldest events are dropped.
MAX_WAITING = 10_000
PREFETCH = 100  # a stream requires a limit
Start = str | datetime
"""Where a replay begins: `first`, `last` (the events written last), or a time."""


class Subscription:
    """Events of one queue or stream. Iterate over it to wait for ever, or `poll` it."""

    def __init__(
        self,
        channel: BlockingChannel,
        queue: str,
        *,
        pattern: str = "#",
        start: Start | None = None,
    ) -> None:
        self._channel, self._queue = channel, queue
        self._pattern = pattern.split(".")
        self._start = start
        self._arguments: dict[str, Any] = {}
        if start is not None:
            self._arguments["x-stream-offset"] = _offset(start)
        channel.basic_qos(prefetch_count=PREFETCH)

    def __iter__(self) -> Iterator[Envelope]:
        while True:
            event = self.poll(None)
            if event is not None:
                yield event

    def poll(self, timeout: float | None) -> Envelope | None:
        """Return the next event, or None if none arrives within `timeout` seconds.

        None as `timeout` waits for ever. Raises `TopologyError` if the queue was deleted.
        """
        deadline = time.monotonic() + (timeout or 0)
        for method, _properties, body in self._deliveries(timeout):
            if method is None:
                return None
            self._channel.basic_ack(method.delivery_tag)
            event = self._decode(body)
            if event is not None:
                return event
            if timeout is not None and time.monotonic() >= deadline:
                return None
        raise TopologyError("RabbitMQ ended the subscription: the queue was deleted.")

    def _deliveries(self, timeout: float | None) -> Any:
        """Return pika's generator; called again, it continues the same consumer."""
        return self._channel.consume(
            self._queue, arguments=self._arguments, inactivity_timeout=timeout
        )

    def _decode(self, body: bytes) -> Envelope | None:
        """Return the event if it is valid and was subscribed to. Services publish only valid
        events; messages that others wrote into the stream are skipped.
        """
        try:
            event = decode(body)
        except Unreadable:
            return None
        if not matches(self._pattern, event.name.split(".")):
            return None
        # RabbitMQ begins with the whole chunk that holds the time, which may be earlier.
        if isinstance(self._start, datetime) and event.time and event.time < self._start:
            return None
        return event


def subscribe(connection: BlockingConnection, user: str, pattern: str = "#") -> Subscription:
    """Subscribe to events with names that match, from now on.

    The queue is bound on return; its name begins with `user`, as the permissions require.
    """
    channel, queue = connection.channel(), f"{user}.watch.{uuid4()}"
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-length": MAX_WAITING})
    channel.queue_bind(queue, EVENTS, pattern)
    return Subscription(channel, queue)


def follow_stream(connection: BlockingConnection, pattern: str, start: Start) -> Subscription:
    """Replay matching events of the stream from `start`, then continue with new ones."""
    return Subscription(connection.channel(), STREAM, pattern=pattern, start=start)


def matches(pattern: list[str], words: list[str]) -> bool:
    """Return whether a name matches as in a topic exchange: `*` is one word, `#` any number."""
    match pattern:
        case []:
            return not words
        case ["#", *rest]:
            return any(matches(rest, words[skipped:]) for skipped in range(len(words) + 1))
        case [word, *rest]:
            return bool(words) and word in ("*", words[0]) and matches(rest, words[1:])
    raise AssertionError("a list is empty or has a first item")


def parse_start(text: str) -> Start:
    """Parse `first`, `last` or an ISO time, in this machine's time zone if it names none.

    Raises `AftercartError`.
    """
    if text in ("first", "last"):
        return text
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise AftercartError(
            f"'{text}' is not a valid start: use first, last, or a time such as 2026-11-21T12:00 or"
            " 2026-11-21T12:00Z."
        ) from None


def _offset(start: Start) -> Start:
    """Return the stream offset; pika encodes naive times as UTC."""
    if isinstance(start, datetime):
        return start.astimezone(UTC).replace(tzinfo=None)
    return start
