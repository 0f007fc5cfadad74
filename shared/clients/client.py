"""An outsider on RabbitMQ, with nothing but pika and JSON: sends commands and queries, hears what
comes back.
"""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingConnection

from shared.clients.connection import connected, login
from shared.contracts.envelope import CONTENT_TYPE, DEFAULT_SHOP, Envelope, Unreadable, decode
from shared.runtime.rabbitmq.names import COMMANDS, REPLIES


@dataclass(frozen=True)
class Request:
    """A command or a query. The same `id` again is the same message: it is done once.

    `shop` is the shop it belongs to, `data` its fields.
    """

    name: str
    type: str
    data: dict[str, Any]
    id: str
    shop: str = DEFAULT_SHOP

    def encode(self, source: str, replyto: str | None) -> bytes:
        """The bytes for the wire: a CloudEvent in structured JSON."""
        envelope = {
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": self.type,
            "shop": self.shop,
            "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": self.data,
        }
        return json.dumps(
            envelope | ({"replyto": replyto} if replyto else {}), ensure_ascii=False
        ).encode()


def new_id() -> str:
    """An id that nobody else has."""
    return str(uuid4())


class Client:
    """`user`: the RabbitMQ user, with whose name the addresses begin that it may listen to."""

    def __init__(self, connection: BlockingConnection, user: str) -> None:
        self.source, self.address = f"/{user}/command-line", f"{user}.{uuid4()}"
        self._connection, self._channel = connection, connection.channel()
        self._channel.confirm_delivery()
        self._heard: deque[bytes] = deque()
        self._listening = False

    def send(self, request: Request, *, answer: bool = True) -> None:
        """Publishes and awaits the confirm; with `answer`, the reply will be heard by `replies`."""
        if answer:
            self._listen()
        self._channel.basic_publish(
            COMMANDS,
            request.name,
            request.encode(self.source, self.address if answer else None),
            pika.BasicProperties(delivery_mode=2, content_type=CONTENT_TYPE, message_id=request.id),
        )

    def replies(self, request: Request, seconds: float) -> Iterator[Envelope]:
        """What is answered to a request, as it comes, until the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            while self._heard:
                reply = _read(self._heard.popleft())
                if reply and reply.causationid == request.id:
                    yield reply
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._connection.process_data_events(time_limit=left)

    def _listen(self) -> None:
        if self._listening:
            return
        self._channel.queue_declare(self.address, exclusive=True)
        self._channel.queue_bind(self.address, REPLIES, self.address)
        self._channel.basic_consume(
            self.address, lambda *parts: self._heard.append(parts[-1]), auto_ack=True
        )
        self._listening = True


def _read(body: bytes) -> Envelope | None:
    try:
        return decode(body)
    except Unreadable:
        return None


@contextmanager
def outsider(urls: str, purpose: str) -> Iterator[Client]:
    """A client on a connection of its own."""
    with connected(urls, purpose) as connection:
        yield Client(connection, login(urls)[0])
