"""Publish the messages of a measurement, with logins that have their name as password."""

from collections.abc import Iterable, Sequence

from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.users import Login


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


def logins_of(names: Iterable[str]) -> dict[str, Login]:
    """Return a login for each name, with the name as password."""
    return {name: Login(name, name) for name in names}
