"""Publish the messages of a measurement."""

from collections.abc import Sequence

from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher


def publish_confirmed(publisher: Publisher, messages: Sequence[Outgoing]) -> None:
    """Publish messages, and repeat those that RabbitMQ does not confirm."""
    waiting = messages
    while waiting:
        outcomes = publisher.publish(waiting)
        unconfirmed = []
        for message, outcome in zip(waiting, outcomes, strict=True):
            if outcome is not Outcome.CONFIRMED:
                unconfirmed.append(message)
        waiting = unconfirmed
