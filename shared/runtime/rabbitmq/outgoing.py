"""Messages to publish, and RabbitMQ's answer to each."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pika

from shared.contracts.envelope import CONTENT_TYPE


class Outcome(Enum):
    """RabbitMQ's answer to one message."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"  # no queue is bound to its routing key
    REFUSED = "refused"  # a queue is full
    BLOCKED = "blocked"  # an alarm blocks publishers; the message was not sent
    UNKNOWN = "unknown"  # connection lost, or no answer in time


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish. `expires` is its time to live in a wait queue, in milliseconds;
    `correlation_id` is the AMQP property by which a client finds the request of a reply.
    """

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    headers: dict[str, Any] | None = None
    expires: int | None = None
    correlation_id: str | None = None

    @property
    def properties(self) -> pika.BasicProperties:
        return pika.BasicProperties(
            delivery_mode=2,
            content_type=CONTENT_TYPE,
            message_id=self.message_id,
            correlation_id=self.correlation_id,
            headers=self.headers,
            expiration=None if self.expires is None else str(self.expires),
        )


Publish = Callable[[Sequence[Outgoing]], Sequence[Outcome]]
"""Publishes messages and returns RabbitMQ's answer to each, in the same order."""


@dataclass(eq=False)
class Batch:
    """Messages that are published together. `done` is set when all have an outcome."""

    messages: Sequence[Outgoing]
    outcomes: list[Outcome | None] = field(init=False)
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.outcomes = [None] * len(self.messages)
        self.open = len(self.messages)

    def settle(self, index: int, outcome: Outcome) -> None:
        if self.outcomes[index] is None:
            self.outcomes[index] = outcome
            self.open -= 1
            if not self.open:
                self.done.set()

    def settle_rest(self, outcome: Outcome) -> None:
        for index in range(len(self.messages)):
            self.settle(index, outcome)
