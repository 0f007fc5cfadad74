"""Publishing with pipelined confirms: pika's SelectConnection on a thread of its own, `mandatory`
on everything.

A confirm that never comes is given up after a timeout of our own, and the connection with it, so
that a late confirm cannot be taken for another message's. The outcome is then UNKNOWN: the message
may have arrived; publish it again.
"""

import random
import threading
from collections.abc import Sequence
from typing import Any

import pika
import structlog
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import AMQPError, ShortStringTooLong

from shared.runtime.rabbitmq.outgoing import Batch, Outcome, Outgoing
from shared.runtime.rabbitmq.stream_probe import Readiness

log = structlog.get_logger()

RECONNECT_PAUSE = 0.5  # seconds
FAREWELL = 1.0  # seconds for a connection to close in good order


def connection_parameters(urls: str, name: str) -> list[pika.URLParameters]:
    """The URLs (joined by `;`) in a shuffled order, so that not every process goes to the first
    node.
    """
    parameters = []
    for url in random.sample(urls.split(";"), urls.count(";") + 1):
        one = pika.URLParameters(url)
        one.client_properties = {"connection_name": name}
        if "heartbeat" not in url:
            one.heartbeat = 10  # a frozen node is noticed by its heartbeat only
        one.socket_timeout = one.stack_timeout = 10
        one.blocked_connection_timeout = one.blocked_connection_timeout or 60
        parameters.append(one)
    return parameters


class Publisher:
    """One connection for a whole process; `publish` may be called by any thread."""

    def __init__(self, urls: str, name: str = "publisher", awaits: str | None = None) -> None:
        """`awaits`: a stream that must run before anything is published on a new connection."""
        self._urls, self._name, self._awaits = urls, name, awaits
        self._connection: SelectConnection | None = None
        self._channel: Channel | None = None
        self._tag = 0
        self._waiting: dict[int, tuple[Batch, int]] = {}
        self._returned: set[tuple[str, str, str]] = set()
        self._ready, self._stopping = threading.Event(), threading.Event()
        self._blocked = False
        self._queued: list[Batch] = []  # handed to the loop, not yet sent
        self._door = threading.Lock()  # between `_queued` and `_ready`
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread runs; the process must end when it does not."""
        return self._thread.is_alive()

    # --- any thread -------------------------------------------------------------------------------

    def publish(self, messages: Sequence[Outgoing], timeout: float = 10) -> list[Outcome]:
        """Publishes and awaits the confirms; one outcome for each message, in the same order. Never
        raises.
        """
        if not messages:
            return []
        if not self._ready.wait(timeout):
            return [Outcome.UNKNOWN] * len(messages)
        if (
            self._blocked
        ):  # what we wrote now would wait in the socket and come out when the alarm ends
            return [Outcome.BLOCKED] * len(messages)
        batch = Batch(messages)
        connection = self._queue(batch)
        if connection is None:
            return [Outcome.UNKNOWN] * len(messages)
        if not batch.done.wait(timeout):
            log.warning("publisher", outcome="given_up", unconfirmed=batch.open, seconds=timeout)
            self._on_loop(connection, lambda: _give_up(connection))
            batch.done.wait(2 * FAREWELL)
        return [outcome or Outcome.UNKNOWN for outcome in batch.outcomes]

    def _queue(self, batch: Batch) -> SelectConnection | None:
        with self._door:
            connection = self._connection
            if not self._ready.is_set() or connection is None:
                return None
            self._queued.append(batch)
        return connection if self._on_loop(connection, lambda: self._send(batch)) else None

    def close(self) -> None:
        """Ends the thread; messages in flight are UNKNOWN."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            self._on_loop(connection, lambda: _close(connection))
        self._thread.join(5)

    @staticmethod
    def _on_loop(connection: SelectConnection, callback: Any) -> bool:
        try:
            connection.ioloop.add_callback_threadsafe(callback)
        except (AttributeError, RuntimeError):  # the loop is gone already
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
        connection: SelectConnection | None = None
        try:
            connection = self._connection = SelectConnection(
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
        finally:  # however it ended: tags of this connection mean nothing on the next one
            self._forget()
            if connection is not None:
                connection.ioloop.close()

    def _opened(self, channel: Channel) -> None:
        if self._stopping.is_set():  # closed before there was anything to close
            _close(channel.connection)
            return
        self._tag = 0
        channel.add_on_close_callback(lambda channel, _reason: _close_with(channel))
        channel.add_on_return_callback(self._note_returned)
        channel.confirm_delivery(
            self._confirmed, callback=lambda _frame: self._look_around(channel)
        )

    def _look_around(self, channel: Channel) -> None:
        if self._awaits is None:
            self._start(channel)
        else:
            Readiness(channel.connection, self._awaits, lambda: self._start(channel)).look()

    def _start(self, channel: Channel) -> None:
        self._channel, self._blocked = channel, False
        self._ready.set()

    def _set_blocked(self, blocked: bool) -> None:
        self._blocked = blocked
        log.warning("publisher", outcome="blocked" if blocked else "unblocked")
        if blocked:
            self._settle_all(Outcome.UNKNOWN)

    def _send(self, batch: Batch) -> None:
        with self._door:
            if batch not in self._queued:
                return
            self._queued.remove(batch)
        if self._channel is None or not self._channel.is_open:
            batch.settle_rest(Outcome.UNKNOWN)
            return
        for index, message in enumerate(batch.messages):
            try:
                self._channel.basic_publish(
                    message.exchange,
                    message.routing_key,
                    message.body,
                    message.properties,
                    mandatory=True,
                )
            except (
                ShortStringTooLong,
                ValueError,
            ) as error:  # it cannot be written as AMQP; nothing was sent
                log.error(
                    "publisher", outcome="unsendable", id=message.message_id, error=str(error)
                )
                batch.settle(index, Outcome.REFUSED)
                continue
            self._tag += 1
            self._waiting[self._tag] = (batch, index)

    def _note_returned(self, _channel: Channel, method: Any, properties: Any, _body: bytes) -> None:
        # A return always comes before its ack.
        self._returned.add((method.exchange, method.routing_key, properties.message_id))

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._waiting if tag <= method.delivery_tag]
        for tag in tags:
            batch, index = self._waiting.pop(tag, (None, 0))
            if batch is not None:
                batch.settle(index, self._outcome(method, batch.messages[index]))

    def _outcome(self, method: Any, message: Outgoing) -> Outcome:
        if not isinstance(method, pika.spec.Basic.Ack):
            return Outcome.REFUSED
        key = (message.exchange, message.routing_key, message.message_id)
        if key in self._returned:
            self._returned.discard(key)
            return Outcome.RETURNED
        return Outcome.CONFIRMED

    def _lost(self, connection: SelectConnection | None, reason: Any) -> None:
        if not self._stopping.is_set():
            log.warning("publisher", outcome="disconnected", reason=repr(reason))
        if connection is not None:
            connection.ioloop.stop()

    def _forget(self) -> None:
        with self._door:
            self._ready.clear()
            queued, self._queued = self._queued, []
        self._channel, self._blocked = None, False
        self._returned.clear()
        self._settle_all(Outcome.UNKNOWN)
        for batch in queued:
            batch.settle_rest(Outcome.UNKNOWN)

    def _settle_all(self, outcome: Outcome) -> None:
        waiting, self._waiting = self._waiting, {}
        for batch, index in waiting.values():
            batch.settle(index, outcome)


def _give_up(connection: Any) -> None:
    connection.ioloop.call_later(
        FAREWELL, connection.ioloop.stop
    )  # a frozen node does not even say goodbye
    _close(connection)


def _close_with(channel: Channel) -> None:
    if (
        channel.connection.is_open
    ):  # RabbitMQ refused something; else the connection is closing by itself
        _close(channel.connection)


def _close(connection: Any) -> None:
    try:
        if connection.is_open:
            connection.close()
        elif not connection.is_closing:
            connection.ioloop.stop()
    except AMQPError:
        connection.ioloop.stop()
