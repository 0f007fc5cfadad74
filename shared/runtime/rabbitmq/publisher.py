"""Publish with pipelined confirms and `mandatory`, through pika's SelectConnection in its own
thread.

If a confirm does not come in time, the connection is closed, so that a late confirm cannot be taken
for another message's. The outcome is then UNKNOWN: the message may have arrived; publish it again.
"""

import random
import threading
import time
from collections.abc import Sequence
from typing import Any

import pika
import structlog
from pika.channel import Channel
from pika.exceptions import AMQPError, ShortStringTooLong

from shared.runtime.rabbitmq.outgoing import Batch, Outcome, Outgoing
from shared.runtime.rabbitmq.packing_connection import PackingConnection
from shared.runtime.rabbitmq.properties import tolerate_unreadable
from shared.runtime.rabbitmq.reconnection import Reconnection
from shared.runtime.rabbitmq.stream_probe import StreamProbe

logger = structlog.get_logger()

RECONNECT_PAUSE = 0.5  # seconds
CLOSE_TIMEOUT = 1.0  # seconds for a connection to close gracefully


def connection_parameters(urls: str, name: str) -> list[pika.URLParameters]:
    """Return parameters for the URLs (joined by `;`), shuffled so that processes connect to
    different nodes.
    """
    tolerate_unreadable()
    parameters = []
    for url in random.sample(urls.split(";"), urls.count(";") + 1):
        one = pika.URLParameters(url)
        one.client_properties = {"connection_name": name}
        if "heartbeat" not in url:
            one.heartbeat = 10  # only the heartbeat detects a frozen node
        one.socket_timeout = one.stack_timeout = 10
        one.blocked_connection_timeout = one.blocked_connection_timeout or 60
        parameters.append(one)
    return parameters


class Publisher:
    """One connection for a process. `publish` may be called in any thread."""

    def __init__(
        self,
        urls: str,
        name: str = "publisher",
        awaits: str | None = None,
        *,
        reconnect_when_refused: bool = False,
    ) -> None:
        """Connect in a new thread. `awaits` is a stream that must be up before publishing.

        `reconnect_when_refused` is for messages to queues of our own: see `Reconnection`. A full
        queue of an external client refuses rightly, and must not close this connection.
        """
        self._urls, self._name, self._awaits = urls, name, awaits
        self._reconnection = Reconnection() if reconnect_when_refused else None
        self._closing = False  # to reconnect, as soon as nothing is unconfirmed
        self._connection: PackingConnection | None = None
        self._channel: Channel | None = None
        self._tag = 0
        self._waiting: dict[int, tuple[Batch, int]] = {}
        self._returned: set[tuple[str, str, str]] = set()
        self._ready, self._stopping = threading.Event(), threading.Event()
        self._blocked = False
        self._queued: list[Batch] = []  # passed to the loop, not yet sent
        self._lock = threading.Lock()  # for `_queued` together with `_ready`
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Return whether the thread runs; if not, the process must end."""
        return self._thread.is_alive()

    @property
    def connected(self) -> bool:
        """Return whether it can publish now."""
        return self._ready.is_set()

    # --- any thread -------------------------------------------------------------------------------

    def publish(self, messages: Sequence[Outgoing], timeout: float = 10) -> list[Outcome]:
        """Publish messages, wait for their confirms and return one outcome each, in the same order.
        Never raises.
        """
        if not messages:
            return []
        if not self._ready.wait(timeout):
            return [Outcome.UNKNOWN] * len(messages)
        if self._blocked:  # the message would wait in the socket until the alarm ends
            return [Outcome.BLOCKED] * len(messages)
        batch = Batch(messages)
        connection = self._queue(batch)
        if connection is None:
            return [Outcome.UNKNOWN] * len(messages)
        if not batch.done.wait(timeout):
            logger.warning("publisher", outcome="timeout", unconfirmed=batch.open, seconds=timeout)
            self._on_loop(connection, lambda: _abort(connection))
            batch.done.wait(2 * CLOSE_TIMEOUT)
        return [outcome or Outcome.UNKNOWN for outcome in batch.outcomes]

    def _queue(self, batch: Batch) -> PackingConnection | None:
        with self._lock:
            connection = self._connection
            if not self._ready.is_set() or connection is None:
                return None
            self._queued.append(batch)
        return connection if self._on_loop(connection, lambda: self._send(batch)) else None

    def close(self) -> None:
        """End the thread; the outcome of messages in flight is UNKNOWN."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            self._on_loop(connection, lambda: _close(connection))
        self._thread.join(5)

    @staticmethod
    def _on_loop(connection: PackingConnection, callback: Any) -> bool:
        try:
            connection.ioloop.add_callback_threadsafe(callback)
        except (AttributeError, RuntimeError):  # the loop has ended
            return False
        return True

    # --- its own thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            for parameters in connection_parameters(self._urls, self._name):
                if not self._stopping.is_set():
                    self._serve(parameters)
            self._stopping.wait(RECONNECT_PAUSE)

    def _serve(self, parameters: pika.URLParameters) -> None:
        connection: PackingConnection | None = None
        try:
            connection = self._connection = PackingConnection(
                parameters,
                on_open_callback=lambda connection: connection.channel(
                    on_open_callback=self._opened
                ),
                on_open_error_callback=self._lost,
                on_close_callback=self._lost,
            )
            connection.add_on_connection_blocked_callback(lambda *_: self._set_blocked(True))
            connection.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(False))
            connection.ioloop.start()
        except Exception as error:
            self._lost(connection, error)
        finally:  # delivery tags start again on the next connection
            self._forget()
            if connection is not None:
                connection.ioloop.close()

    def _opened(self, channel: Channel) -> None:
        if self._stopping.is_set():  # closed while the channel was being opened
            _close(channel.connection)
            return
        self._tag = 0
        channel.add_on_close_callback(lambda channel, _reason: _close_with(channel))
        channel.add_on_return_callback(self._note_returned)
        channel.confirm_delivery(
            self._confirmed, callback=lambda _frame: self._await_stream(channel)
        )

    def _await_stream(self, channel: Channel) -> None:
        if self._awaits is None:
            self._start(channel)
        else:
            StreamProbe(channel.connection, self._awaits, lambda: self._start(channel)).start()

    def _start(self, channel: Channel) -> None:
        self._channel, self._blocked = channel, False
        self._ready.set()

    def _set_blocked(self, blocked: bool) -> None:
        self._blocked = blocked
        logger.warning("publisher", outcome="blocked" if blocked else "unblocked")
        if blocked:
            self._settle_all(Outcome.UNKNOWN)

    def _send(self, batch: Batch) -> None:
        with self._lock:
            if batch not in self._queued:
                return
            self._queued.remove(batch)
        if self._channel is None or not self._channel.is_open:
            batch.settle_rest(Outcome.UNKNOWN)
            return
        with self._channel.connection.packing():
            self._send_all(self._channel, batch)

    def _send_all(self, channel: Channel, batch: Batch) -> None:
        for index, message in enumerate(batch.messages):
            try:
                channel.basic_publish(
                    message.exchange,
                    message.routing_key,
                    message.body,
                    message.properties,
                    mandatory=True,
                )
            except (ShortStringTooLong, ValueError) as error:  # not valid in AMQP: not sent
                logger.error(
                    "publisher", outcome="unsendable", id=message.message_id, error=str(error)
                )
                batch.settle(index, Outcome.REFUSED)
                continue
            self._tag += 1
            self._waiting[self._tag] = (batch, index)

    def _note_returned(self, _channel: Channel, method: Any, properties: Any, _body: bytes) -> None:
        # RabbitMQ sends a return before the ack of the same message.
        self._returned.add((method.exchange, method.routing_key, properties.message_id))

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._waiting if tag <= method.delivery_tag]
        acked = isinstance(method, pika.spec.Basic.Ack)
        if not acked:
            self._note_refused()  # first, so that the next batch waits for the new connection
        for tag in tags:
            batch, index = self._waiting.pop(tag, (None, 0))
            if batch is not None:
                batch.settle(index, self._outcome(acked, batch.messages[index]))
        if self._closing and not self._waiting and self._channel is not None:
            _abort(self._channel.connection)

    def _note_refused(self) -> None:
        if self._reconnection is None or not self._reconnection.due(time.monotonic()):
            return
        logger.warning("publisher", outcome="reconnecting", reason="a message was refused")
        with self._lock:
            self._ready.clear()
        self._closing = True

    def _outcome(self, acked: bool, message: Outgoing) -> Outcome:
        if not acked:
            return Outcome.REFUSED
        key = (message.exchange, message.routing_key, message.message_id)
        if key in self._returned:
            self._returned.discard(key)
            return Outcome.RETURNED
        return Outcome.CONFIRMED

    def _lost(self, connection: PackingConnection | None, reason: Any) -> None:
        if not self._stopping.is_set():
            logger.warning("publisher", outcome="disconnected", reason=repr(reason))
        if connection is not None:
            connection.ioloop.stop()

    def _forget(self) -> None:
        with self._lock:
            self._ready.clear()
            queued, self._queued = self._queued, []
        self._channel, self._blocked, self._closing = None, False, False
        self._returned.clear()
        self._settle_all(Outcome.UNKNOWN)
        for batch in queued:
            batch.settle_rest(Outcome.UNKNOWN)

    def _settle_all(self, outcome: Outcome) -> None:
        waiting, self._waiting = self._waiting, {}
        for batch, index in waiting.values():
            batch.settle(index, outcome)


def _abort(connection: Any) -> None:
    connection.ioloop.call_later(CLOSE_TIMEOUT, connection.ioloop.stop)  # for a frozen node
    _close(connection)


def _close_with(channel: Channel) -> None:
    if channel.connection.is_open:  # otherwise the connection is closing already
        _close(channel.connection)


def _close(connection: Any) -> None:
    try:
        if connection.is_open:
            connection.close()
        elif not connection.is_closing:
            connection.ioloop.stop()
    except AMQPError:
        connection.ioloop.stop()
