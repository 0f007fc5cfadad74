"""Whether the stream of events is up, asked before anything is published on a new connection.

A node of RabbitMQ that has just started routes events to a stream that does not run yet, loses them
there, and confirms them all the same (seen on 3.10.8: one to a hundred events at each restart).
Reading from the stream fails until it runs.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

log = structlog.get_logger()

PAUSE = 0.1  # seconds between looks
PATIENCE = 30.0  # seconds; then late consumers may miss something, but nobody waits any longer


class Readiness:
    """Looks, on channels of its own, until `queue` (a stream) can be read; then calls `ready`,
    once.

    All its methods run in the connection's thread.
    """

    def __init__(self, connection: SelectConnection, queue: str, ready: Callable[[], None]) -> None:
        self._connection, self._queue, self._ready = connection, queue, ready
        self._until, self._done = time.monotonic() + PATIENCE, False

    def look(self) -> None:
        """Tries to read."""
        if self._connection.is_open and not self._done:
            self._connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._closed)
        channel.basic_qos(prefetch_count=1, callback=lambda _frame: self._read(channel))

    def _read(self, channel: Channel) -> None:
        def ignore(*_: Any) -> None:
            """What is read here is not meant for us."""

        offset = {"x-stream-offset": "next"}
        channel.basic_consume(
            self._queue, ignore, arguments=offset, callback=lambda _frame: self._is_up(channel)
        )

    def _is_up(self, channel: Channel) -> None:
        self._finish()
        if channel.is_open:
            channel.close()

    def _closed(self, _channel: Channel, reason: Any) -> None:
        if self._done or not self._connection.is_open:
            return
        if time.monotonic() < self._until:
            self._connection.ioloop.call_later(PAUSE, self.look)
            return
        log.warning("publisher", outcome="not_awaited", queue=self._queue, reason=str(reason))
        self._finish()

    def _finish(self) -> None:
        self._done = True
        self._ready()
