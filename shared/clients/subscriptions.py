"""Receive events from the event stream: from now on, or past ones too.

External clients cannot bind queues to the exchange of events; reading the stream takes nothing from
other readers, and a slow reader holds up nobody.
"""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.runtime.errors import AftercartError, TopologyError
from shared.runtime.rabbitmq.names import DOCUMENT_STREAM, STREAM

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
PREFETCH = 100  # a stream requires a limit
OFFSET = "x-stream-offset"  # argument of a consumer, and header of what it receives
Start = str | datetime | int
"""Where to begin: `next` (from now on), `first`, `last` (the events written last), a time, or the
number of an event in the stream.
"""


class Subscription:
    """Matching events of the stream. Iterate over it to wait for ever, or `poll` it. `position` is
    the number of the last event that was received, also of one that does not match.
    """

    def __init__(self, channel: BlockingChannel, stream: str, pattern: str, start: Start) -> None:
        """Begin to consume at once, so that no later event is missed."""
        self._channel, self._stream, self._start = channel, stream, start
        self._pattern = pattern.split(".")
        self.position: int | None = None
        channel.basic_qos(prefetch_count=PREFETCH)
        self._first = [next(self._consume(0))]  # pika consumes only when asked for a delivery
        # RabbitMQ confirms a consumer before it has found `next`, but answers in order.
        channel.queue_declare(stream, passive=True)

    def __iter__(self) -> Iterator[Envelope]:
        while True:
            event = self.poll(None)
            if event is not None:
                yield event

    def poll(self, timeout: float | None) -> Envelope | None:
        """Return the next event, or None if none arrives within `timeout` seconds.

        None as `timeout` waits for ever. Raises `TopologyError` if the stream was deleted.
        """
        deadline = time.monotonic() + (timeout or 0)
        for method, properties, body in self._deliveries(timeout):
            if method is None:
                return None
            self._channel.basic_ack(method.delivery_tag)
            self.position = properties.headers[OFFSET]
            event = self._decode(body)
            if event is not None:
                return event
            if timeout is not None and time.monotonic() >= deadline:
                return None
        raise TopologyError("RabbitMQ ended the subscription: the stream was deleted.")

    def _deliveries(self, timeout: float | None) -> Any:
        first = [delivery for delivery in self._first if delivery[0] is not None]
        self._first = []
        return chain(first, self._consume(timeout))

    def _consume(self, timeout: float | None) -> Any:
        """Return pika's generator; called again, it continues the same consumer."""
        return self._channel.consume(
            self._stream,
            arguments={OFFSET: _offset(self._start)},
            inactivity_timeout=timeout,
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


def subscribe(
    connection: BlockingConnection,
    pattern: str = "#",
    start: Start = "next",
    *,
    documents: bool = False,
) -> Subscription:
    """Receive events with names that match: from `start`, then new ones; by default only those.

    Events with the bytes of a document are in a stream of their own: `documents` reads that one.
    """
    stream = DOCUMENT_STREAM if documents else STREAM
    return Subscription(connection.channel(), stream, pattern, start)


def caused_by(events: Subscription, message_id: str, timeout: float) -> Iterator[Envelope]:
    """Yield the events that one message caused, for `timeout` seconds. Subscribe before you send
    it.
    """
    deadline = time.monotonic() + timeout
    while (remaining := deadline - time.monotonic()) > 0:
        event = events.poll(remaining)
        if event and event.causationid == message_id:
            yield event


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


def parse_start(text: str) -> str | datetime:
    """Parse `first`, `last`, how long ago (`2h`), or an ISO time, in this machine's time zone if it
    names none.

    Raises `AftercartError`.
    """
    if text in ("first", "last"):
        return text
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago:
        return datetime.now(UTC) - int(ago[1]) * UNITS[ago[2]]
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise AftercartError(
            f"'{text}' is not a valid start: use first, last, how long ago such as 2h (s, m, h or"
            " d), or a time such as 2026-11-21T12:00 or 2026-11-21T12:00Z."
        ) from None


def _offset(start: Start) -> Start:
    """Return the stream offset; pika encodes naive times as UTC."""
    if isinstance(start, datetime):
        return start.astimezone(UTC).replace(tzinfo=None)
    return start
