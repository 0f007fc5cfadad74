"""Send commands and queries over RabbitMQ, and receive their replies."""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingConnection

from shared.clients.connection import connect
from shared.clients.urls import login
from shared.contracts.envelope import CONTENT_TYPE, DEFAULT_SHOP, Envelope, Unreadable, decode
from shared.contracts.message import wire_type
from shared.contracts.replies import MessageRefused
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import COMMANDS, REPLIES

MAX_UNREAD = 1000  # replies that nobody read yet; beyond, the oldest are dropped


class NoReply(AftercartError):
    """No service replied in time. A command stays in its queue until its service takes it."""


def new_id() -> str:
    """Return a random id."""
    return str(uuid4())


@dataclass(frozen=True)
class Request:
    """A command or a query to one shop. Services process the same `id` once only, and write the
    sentence of a refusal in `language`.
    """

    name: str
    data: dict[str, Any]
    shop: str = DEFAULT_SHOP
    id: str = field(default_factory=new_id)
    version: int = 1
    language: str | None = None

    @property
    def type(self) -> str:
        """The CloudEvents `type`, such as `aftercart.order.place.v1`."""
        return wire_type(self.name, self.version)

    def encode(self, source: str, reply_to: str | None) -> bytes:
        """Return the CloudEvent in structured JSON."""
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": self.type,
            "shop": self.shop,
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": self.data,
        }
        if reply_to:
            event["replyto"] = reply_to
        if self.language:
            event["language"] = self.language
        return json.dumps(event, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Refusal:
    """Why a service refused a request: a code for programs, `reason` in English, and `sentence` in
    the language of the request, empty if the service wrote none.
    """

    code: str
    reason: str
    details: dict[str, Any]
    sentence: str = ""


@dataclass(frozen=True)
class Reply:
    """The reply to a request: the data of an answer or of a done command, or a refusal."""

    envelope: Envelope

    @property
    def name(self) -> str:
        """The name of the message that replied, such as `command.done`."""
        return self.envelope.name

    @property
    def data(self) -> dict[str, Any]:
        """The fields of the message that replied."""
        return self.envelope.data

    @property
    def refusal(self) -> Refusal | None:
        """The refusal, or None if the request was not refused."""
        if not self.name.endswith("_refused") and self.name != MessageRefused.name:
            return None
        return Refusal(
            code=str(self.data.get("code", "no code")),
            reason=str(self.data.get("reason", "no reason given")),
            details=self.data.get("details") or {},
            sentence=str(self.data.get("sentence") or ""),
        )


class Client:
    """Publish requests on one connection and receive their replies in a queue of its own.

    `user` is the RabbitMQ user; its permissions allow reply addresses that begin with its name.
    `program` is a part of the messages' source.
    """

    def __init__(
        self, connection: BlockingConnection, user: str, program: str = "command-line"
    ) -> None:
        self.source, self.address = f"/{user}/{program}", f"{user}.{uuid4()}"
        self.user = user
        self._connection, self._channel = connection, connection.channel()
        self._channel.confirm_delivery()
        self._unconfirmed: Any = None  # a channel, opened when it is needed
        self._received: deque[Envelope] = deque(maxlen=MAX_UNREAD)
        self._consuming = False

    def request(
        self, name: str, data: dict[str, Any], *, shop: str = DEFAULT_SHOP, timeout: float = 30
    ) -> Reply:
        """Send a command or a query and return the first reply.

        Raises `NoReply` after `timeout` seconds.
        """
        request = Request(name, data, shop)
        self.send(request)
        for reply in self.replies(request, timeout):
            return reply
        raise NoReply(f"No service replied within {timeout:g} seconds: see `aftercart health`.")

    def send(self, request: Request, *, expect_reply: bool = True, confirm: bool = True) -> None:
        """Publish a request and wait until RabbitMQ confirms that it stored it.

        `expect_reply` asks for a reply, which `replies` returns. Without `confirm` it does not
        wait: for queries, whose reply says enough.
        """
        if expect_reply:
            self.consume_replies()
        channel = self._channel
        if not confirm:
            channel = self._unconfirmed = self._unconfirmed or self._connection.channel()
        channel.basic_publish(
            COMMANDS,
            request.name,
            request.encode(self.source, self.address if expect_reply else None),
            pika.BasicProperties(
                delivery_mode=2,
                content_type=CONTENT_TYPE,
                message_id=request.id,
                user_id=self.user,  # checked by RabbitMQ, so that services know who sent it
            ),
        )

    def replies(self, request: Request, timeout: float) -> Iterator[Reply]:
        """Yield the replies to a sent request as they arrive, for `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            yield from self._take(request)
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return
            self._connection.process_data_events(time_limit=remaining)

    def receive(self, timeout: float) -> list[Reply]:
        """Wait up to `timeout` seconds for replies, and return all that are here, to any request.

        A callback that another thread adds to the connection ends the wait.
        """
        self._connection.process_data_events(time_limit=timeout)
        received = [Reply(envelope) for envelope in self._received]
        self._received.clear()
        return received

    def wake(self) -> None:
        """End a `receive` that waits in another thread."""
        self._connection.add_callback_threadsafe(lambda: None)

    def consume_replies(self) -> None:
        """Receive the replies to `address` from now on."""
        if self._consuming:
            return
        queue = self._channel.queue_declare("", exclusive=True).method.queue  # RabbitMQ names it
        self._channel.queue_bind(queue, REPLIES, self.address)
        self._channel.basic_consume(queue, lambda *parts: self._receive(parts[-1]), auto_ack=True)
        self._consuming = True

    def _receive(self, body: bytes) -> None:
        with suppress(Unreadable):
            self._received.append(decode(body))

    def _take(self, request: Request) -> list[Reply]:
        """Remove and return the replies to one request; those to others stay."""
        taken: list[Reply] = []
        for envelope in list(self._received):
            if envelope.causationid == request.id:
                self._received.remove(envelope)
                taken.append(Reply(envelope))
        return taken


@contextmanager
def open_client(urls: str, purpose: str, program: str = "command-line") -> Iterator[Client]:
    """Open a client on a connection of its own; `purpose` is the connection's name in RabbitMQ."""
    with connect(urls, purpose) as connection:
        yield Client(connection, login(urls)[0], program)
