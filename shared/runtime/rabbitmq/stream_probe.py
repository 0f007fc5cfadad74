"""Wait until the stream of events is available, before publishing on a new connection.

A RabbitMQ node that has just started routes events to a stream that is not running yet, loses them,
and confirms them nevertheless (seen on 3.10.8: one to a hundred events at each restart). Consuming
from the stream fails until it is running.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

logger = structlog.get_logger()

PAUSE = 0.1  # seconds between two tries
# seconds; then publishing starts anyway, and consumers of the stream may miss events
MAX_WAIT = 30.0


class StreamProbe:
    """Tries to consume from the stream `queue`, on channels of its own, then calls `ready` once.

    All methods run in the connection's thread.
    """

    def __init__(self, connection: SelectConnection, queue: str, ready: Callable[[], None]) -> None:
        self._connection, self._queue, self._ready = connection, queue, ready
        self._until, self._done = time.monotonic() + MAX_WAIT, False

    def start(self) -> None:
        """Open a channel and try to consume."""
        if self._connection.is_open and not self._done:
            self._connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._closed)
        channel.basic_qos(prefetch_count=1, callback=lambda _frame: self._read(channel))

    def _read(self, channel: Channel) -> None:
        def ignore(*_: Any) -> None:
            """Ignore messages: only that they could be consumed matters."""

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
            self._connection.ioloop.call_later(PAUSE, self.start)
            return
        logger.warning(
            "publisher", outcome="stream_unavailable", queue=self._queue, reason=str(reason)
        )
        self._finish()

    def _finish(self) -> None:
        self._done = True
        self._ready()
