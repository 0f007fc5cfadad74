"""Dead letters: read without taking them, so that whatever is not settled stays in its queue, in
order.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from shared.contracts.envelope import CONTENT_TYPE, Envelope
from shared.runtime.rabbitmq.delivery import ORIGIN, receive
from shared.runtime.rabbitmq.names import COMMANDS, UNROUTED, dead_queue, own_exchange

PSEUDO_SERVICE = "unrouted"  # commands that no service takes
CAUSES = {
    "delivery_limit": (
        "RabbitMQ delivered it too often without an answer: its worker died of it, or was stopped"
        " often"
    ),
}


@dataclass(frozen=True)
class Box:
    """Where letters are kept, and where they came from."""

    name: str

    @property
    def queue(self) -> str:
        """The queue."""
        return UNROUTED if self.unrouted else dead_queue(self.name)

    @property
    def unrouted(self) -> bool:
        """Whether it holds what no service takes."""
        return self.name == PSEUDO_SERVICE

    def way_back(self, routing_key: str) -> tuple[str, str]:
        """Exchange and routing key by which a letter is tried again: straight to its service's work
        queue.
        """
        return (COMMANDS, routing_key) if self.unrouted else (own_exchange(self.name), self.name)


@dataclass(frozen=True)
class Letter:
    """One message in a box; `tag` is valid on the channel that it was read from."""

    box: Box
    tag: int
    body: bytes
    headers: Mapping[str, Any]
    routing_key: str
    envelope: Envelope | None
    fault: str
    attempts: int

    @property
    def id(self) -> str:
        """The envelope's; of bytes that are no envelope, a hash."""
        return (
            self.envelope.id
            if self.envelope
            else f"raw-{hashlib.sha256(self.body).hexdigest()[:12]}"
        )

    @property
    def name(self) -> str:
        """The message's name."""
        return self.envelope.name if self.envelope else "unreadable"

    @property
    def time(self) -> datetime | None:
        """When it was given up; of an unrouted one, when it was sent."""
        if self.box.unrouted:
            return self.envelope.time if self.envelope else None
        if self._death:
            died = self._death.get("time")
            return died if isinstance(died, datetime) else None
        try:
            return datetime.fromisoformat(str(self.headers.get("x-buried-at")))
        except ValueError:
            return None

    @property
    def reason(self) -> str:
        """One sentence, or the error's name and text."""
        if self.box.unrouted:
            return f"no service takes '{self.routing_key}'{f'; {self.fault}' if self.fault else ''}"
        if self._death:
            cause = str(self._death.get("reason"))
            return CAUSES.get(cause, cause)
        return str(self.headers.get("x-reason") or self.fault or "no reason is known")

    @property
    def origin(self) -> str:
        """The exchange it was first published to, where that is known: an outsider may not say
        everything.
        """
        return str((self._death.get("exchange") if self._death else self.headers.get(ORIGIN)) or "")

    @property
    def _death(self) -> Mapping[str, Any]:
        """What RabbitMQ wrote when it gave the letter up itself; its other headers are then the
        sender's own.
        """
        deaths = self.headers.get("x-death")
        return (
            deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}
        )


def read(channel: BlockingChannel, box: Box, most: int) -> Iterator[Letter]:
    """Letters, oldest first; at most those that are there now, so that one that comes back is not
    read again.

    They are held, not taken: when the channel closes, RabbitMQ puts them back where they were.
    """
    for _ in range(most):
        method, properties, body = channel.basic_get(box.queue)
        if method is None:
            return
        headers = properties.headers or {}
        found = receive(body, headers)
        yield Letter(
            box,
            method.delivery_tag,
            body,
            headers,
            method.routing_key,
            found.envelope,
            found.fault,
            found.attempts,
        )


def replay(channel: BlockingChannel, letter: Letter) -> None:
    """Puts a copy back to work, then settles the letter. Of its headers only the origin stays: it
    begins at its first attempt. Between the two it may be there twice; the inbox knows it.
    """
    exchange, routing_key = letter.box.way_back(letter.routing_key)
    message_id = letter.envelope.id if letter.envelope else None
    properties = pika.BasicProperties(
        delivery_mode=2,
        content_type=CONTENT_TYPE,
        message_id=message_id,
        headers={ORIGIN: letter.origin} if letter.origin else None,
    )
    channel.basic_publish(exchange, routing_key, letter.body, properties, mandatory=True)
    drop(channel, letter)


def drop(channel: BlockingChannel, letter: Letter) -> None:
    """Settles a letter for good."""
    channel.basic_ack(letter.tag)
