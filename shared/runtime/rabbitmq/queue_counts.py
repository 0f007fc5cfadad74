"""Count the messages and consumers of a service's queues, over AMQP as the service's own user."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pika
from pika.exceptions import AMQPError

from shared.runtime import certificates
from shared.runtime.rabbitmq.names import dead_queue, wait_queue
from shared.runtime.rabbitmq.publisher import connection_parameters

HEARTBEAT = 30  # seconds; `keep_alive` must be called more often
CERTIFICATE_SECONDS = 3600.0  # between two looks at the certificates of the nodes


@dataclass(frozen=True)
class QueueCount:
    """The ready messages of a queue, and its consumers."""

    messages: int
    consumers: int


class QueueCounts:
    """A connection that counts the queues of one service: those that its workers consume, its dead
    letters, and its messages that wait for another attempt. Not thread-safe.
    """

    def __init__(
        self, urls: str, service: str, consumed: Sequence[str], delays: Iterable[float]
    ) -> None:
        self._urls, self._service, self.consumed = urls, service, consumed
        self._queues = [*self.consumed, dead_queue(service)]
        self._queues += [wait_queue(service, delay) for delay in delays]
        self._connection: pika.BlockingConnection | None = None
        self._next_look = 0.0

    def count(self) -> Mapping[str, QueueCount]:
        """Return the counts by queue. Raises `AMQPError` or `OSError`."""
        connection = self._connected()
        channel = connection.channel()
        found = {}
        for queue in self._queues:
            counted = channel.queue_declare(queue, passive=True).method
            found[queue] = QueueCount(counted.message_count, counted.consumer_count)
        channel.close()
        self._note_certificates()
        return found

    def keep_alive(self) -> None:
        """Answer heartbeats; a connection that is lost is opened again by the next count."""
        try:
            if self._connection is not None:
                self._connection.process_data_events()
        except (AMQPError, OSError):
            self.close()

    def close(self) -> None:
        """Close the connection, also if it is lost."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None and connection.is_open:
                connection.close()
        except (AMQPError, OSError):
            pass

    def _note_certificates(self) -> None:
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + CERTIFICATE_SECONDS
        for node in connection_parameters(self._urls, self._service):
            tls = node.ssl_options
            if tls is not None:
                with suppress(OSError):  # a node that is down
                    certificates.read(
                        node.host, node.port, tls.context, tls.server_hostname or node.host
                    )

    def _connected(self) -> pika.BlockingConnection:
        if self._connection is None or not self._connection.is_open:
            parameters = connection_parameters(self._urls, f"{self._service} figures")
            for one in parameters:
                one.heartbeat = HEARTBEAT
            self._connection = pika.BlockingConnection(parameters)
        return self._connection
