"""List, replay and drop dead letters, as RabbitMQ's administrator.

Reading holds messages without acknowledging them: those that are neither replayed nor dropped are
back in their queue, in order, when the connection closes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingConnection

from shared.clients.connection import connect, queue_counts
from shared.contracts.envelope import CONTENT_TYPE, Envelope
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.binary_mode import structured
from shared.runtime.rabbitmq.delivery import ORIGIN, QUEUE, USER, Origin, receive
from shared.runtime.rabbitmq.names import (
    COMMANDS,
    REPLAYS,
    UNROUTED,
    dead_queue,
    own_exchange,
    queue_of,
)
from shared.runtime.weight import Weight

UNROUTED_SERVICE = "unrouted"  # stands for a service in lists: commands that no service handles
CAUSES = {
    "delivery_limit": (
        "RabbitMQ delivered it too often without an acknowledgement: its worker crashed on it, or"
        " was stopped repeatedly"
    ),
}


@dataclass(frozen=True)
class DeadLetterQueue:
    """The dead letters of one service, or the commands that no service handles."""

    service: str

    @property
    def name(self) -> str:
        """The queue's name in RabbitMQ."""
        return UNROUTED if self.unrouted else dead_queue(self.service)

    @property
    def unrouted(self) -> bool:
        """Whether it holds commands that no service handles."""
        return self.service == UNROUTED_SERVICE

    def replay_route(self, routing_key: str, queue: str) -> tuple[str, str]:
        """Return exchange and routing key to replay a message: directly into the queue that it was
        in, or routed again if no service handled it.
        """
        if self.unrouted:
            return REPLAYS, routing_key
        if queue not in {queue_of(self.service, weight) for weight in Weight}:
            queue = self.service
        return own_exchange(self.service), queue


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead letter queue. `tag` is valid on the channel that read it; `user_id` is
    the RabbitMQ user of the message's last publisher, empty if not set. `reply_to` and
    `correlation_id` are its AMQP properties, likewise.
    """

    queue: DeadLetterQueue
    tag: int
    body: bytes
    headers: Mapping[str, Any]
    user_id: str
    routing_key: str
    envelope: Envelope | None
    fault: str
    attempts: int
    reply_to: str = ""
    correlation_id: str = ""

    @property
    def id(self) -> str:
        """The message's id; for bytes that are no CloudEvent, `raw-` and a hash."""
        if self.envelope:
            return self.envelope.id
        return f"raw-{hashlib.sha256(self.body).hexdigest()[:12]}"

    @property
    def name(self) -> str:
        """The message's name, or `unreadable`."""
        return self.envelope.name if self.envelope else "unreadable"

    @property
    def time(self) -> datetime | None:
        """When the message became a dead letter; for an unrouted command, when it was sent."""
        if self.queue.unrouted:
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
        """Why it is a dead letter: a sentence, or an error's class and text."""
        if self.queue.unrouted:
            fault = f"; {self.fault}" if self.fault else ""
            return f"no service handles '{self.routing_key}'{fault}"
        if self._death:
            cause = str(self._death.get("reason"))
            return CAUSES.get(cause, cause)
        return str(self.headers.get("x-reason") or self.fault or "the reason is unknown")

    @property
    def origin(self) -> str:
        """The exchange it was first published to, which decides what its sender may publish; empty
        if unknown.
        """
        if self.queue.unrouted:
            return COMMANDS
        if self._copied:
            return str(self.headers.get(ORIGIN) or "")
        return str(self._death.get("exchange") or "")

    @property
    def user(self) -> str:
        """The RabbitMQ user that published it first; empty if it did not say so."""
        return str(self.headers.get(USER) or "") if self._copied else self.user_id

    @property
    def first_published(self) -> Origin:
        """How it was published first, for a copy of it."""
        if self._copied:
            return Origin.of_copy(self.headers)
        return Origin(
            exchange=self.origin,
            routing_key=self.routing_key if self.queue.unrouted else "",
            user=self.user,
            reply_to=self.reply_to,
            correlation_id=self.correlation_id,
        )

    @property
    def _copied(self) -> bool:
        """Whether its service published this copy, for a retry or as a dead letter, and wrote its
        headers.
        """
        exchange = self._death.get("exchange", own_exchange(self.queue.service))
        return not self.queue.unrouted and exchange == own_exchange(self.queue.service)

    @property
    def work_queue(self) -> str:
        """The queue that it was in; empty if unknown."""
        return str(self._death.get("queue") or self.headers.get(QUEUE) or "")

    @property
    def _death(self) -> Mapping[str, Any]:
        """The entry that RabbitMQ wrote if it dead-lettered the message itself. All other headers
        are then the sender's own.
        """
        deaths = self.headers.get("x-death")
        if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
            return deaths[0]
        return {}


class DeadLetters:
    """Read, replay and drop dead letters on one channel of an administrator's connection."""

    def __init__(self, connection: BlockingConnection) -> None:
        self._connection, self._channel = connection, connection.channel()
        self._channel.confirm_delivery()

    def count(self, queue: DeadLetterQueue) -> int | None:
        """Count the letters in a queue, without those that another reader holds; None if the queue
        does not exist.
        """
        counts = queue_counts(self._connection, queue.name)
        return counts.messages if counts else None

    def read(self, queue: DeadLetterQueue, limit: int) -> Iterator[DeadLetter]:
        """Yield up to `limit` letters, oldest first, and hold them.

        Use the queue's count as limit, so that a replayed letter that comes back is not read twice.
        """
        for _ in range(limit):
            method, properties, body = self._channel.basic_get(queue.name)
            if method is None:
                return
            headers = properties.headers or {}
            found = receive(body, headers, content_type=properties.content_type or "")
            yield DeadLetter(
                queue=queue,
                tag=method.delivery_tag,
                body=structured(body, headers, properties.content_type or ""),
                headers=headers,
                user_id=properties.user_id or "",
                routing_key=method.routing_key,
                envelope=found.envelope,
                fault=found.fault.sentence if found.fault else "",
                attempts=found.attempts,
                reply_to=properties.reply_to or "",
                correlation_id=properties.correlation_id or "",
            )

    def replay(self, letter: DeadLetter) -> None:
        """Publish a copy for a new first attempt, then remove the letter.

        A crash between the two leaves the message twice; the service's inbox then skips the second.
        """
        exchange, routing_key = letter.queue.replay_route(letter.routing_key, letter.work_queue)
        properties = pika.BasicProperties(
            delivery_mode=2,
            content_type=CONTENT_TYPE,
            message_id=letter.envelope.id if letter.envelope else None,
            headers=letter.first_published.headers(),
        )
        self._channel.basic_publish(exchange, routing_key, letter.body, properties, mandatory=True)
        self.drop(letter)

    def drop(self, letter: DeadLetter) -> None:
        """Remove a letter for good."""
        self._channel.basic_ack(letter.tag)


@contextmanager
def open_dead_letters(urls: str) -> Iterator[DeadLetters]:
    """Open the dead letters with the URL of RabbitMQ's administrator; held letters return to their
    queues at the end.
    """
    with connect(urls, "dead letters") as connection:
        yield DeadLetters(connection)


def settle(
    letters: Iterable[DeadLetter], ids: set[str] | None, action: Callable[[DeadLetter], None]
) -> list[str]:
    """Apply an action to the letters with these ids, or to all for None, and return their ids."""
    done: list[str] = []
    for letter in letters:
        if ids is None or letter.id in ids:
            action(letter)
            done.append(letter.id)
    return done


def require_found(wanted: set[str], found: set[str]) -> None:
    """Raise `AftercartError` for ids that no letter has."""
    unknown = sorted(wanted - found)
    if unknown:
        raise AftercartError(
            f"There is no dead letter {', '.join(unknown)}: see `aftercart dead list`."
        )
