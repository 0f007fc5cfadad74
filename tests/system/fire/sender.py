"""Publish commands as a user of RabbitMQ does who may lose its connection, and record them."""

import random
import threading
import time

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, NackError, UnroutableError

from shared.clients.client import Request
from shared.contracts.envelope import CONTENT_TYPE
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.publisher import connection_parameters
from tests.system.fire.evidence import Answer, Sent

GIVE_UP = 0.15  # the share of commands without an answer that are not published again


class Publishing:
    """A connection of one user, opened anew when it is lost."""

    def __init__(self, urls: str, user: str) -> None:
        self.urls, self.user = urls, user
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None

    def publish(self, routing_key: str, body: bytes, message_id: str) -> Answer:
        """Publish to the exchange of commands, and return RabbitMQ's answer. Never raises."""
        try:
            channel = self._open()
            properties = pika.BasicProperties(
                user_id=self.user,
                delivery_mode=2,
                content_type=CONTENT_TYPE,
                message_id=message_id,
            )
            channel.basic_publish(COMMANDS, routing_key, body, properties, mandatory=True)
        except (UnroutableError, NackError):
            return "unknown"
        except (AMQPError, OSError, AssertionError):
            self.close()
            return "unknown"
        return "confirmed"

    def idle(self, seconds: float) -> None:
        """Wait, and answer heartbeats."""
        try:
            if self._connection:
                self._connection.process_data_events(seconds)
                return
        except (AMQPError, OSError, AssertionError):
            self.close()
        time.sleep(seconds)

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection and connection.is_open:
            try:
                connection.close()
            except (AMQPError, OSError):
                return

    def _open(self) -> BlockingChannel:
        if self._channel is None:
            parameters = connection_parameters(self.urls, f"{self.user} under fire")
            for each in parameters:
                each.blocked_connection_timeout = 10
            self._connection = pika.BlockingConnection(parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        return self._channel


class Sender:
    """Publishes the commands of one source until they are confirmed, or gives some up. `sent` is
    what it published, by id. It gives up once `stopping` is set.
    """

    def __init__(
        self, urls: str, user: str, chance: random.Random, stopping: threading.Event
    ) -> None:
        self.source = f"/{user}/fire"
        self.sent: dict[str, Sent] = {}
        self.publishing = Publishing(urls, user)
        self._chance, self._stopping = chance, stopping

    def send(self, request: Request, *, copy: bool = False, certain: bool = False) -> None:
        """Publish a command until it is confirmed, or give up."""
        sent = self.sent.setdefault(request.id, self._record(request))
        body = request.encode(self.source, None)
        while True:
            sent.copies += 1
            answer = self.publishing.publish(request.name, body, request.id)
            if answer == "confirmed":
                sent.answer = answer
                return
            given_up = copy or self._chance.random() < GIVE_UP
            if not certain and (given_up or self._stopping.is_set()):
                return
            time.sleep(0.2)

    def _record(self, request: Request) -> Sent:
        subject = str(request.data.get("order_id", ""))
        return Sent(
            request.id,
            self.source,
            request.name,
            request.shop,
            subject,
            time.monotonic(),
            copies=0,
        )
