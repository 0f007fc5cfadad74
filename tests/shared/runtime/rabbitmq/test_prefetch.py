"""The number of messages that a consumer may receive changes while it consumes."""

from shared.runtime.rabbitmq.broker import HeldMessage, SafeRabbitmqBroker, SafeRabbitmqConsumer
from shared.runtime.rabbitmq.publisher import Publisher
from tests.shared.runtime.rabbit_fixture import TOY, RabbitFixture, envelope, receive


def keys(messages: list[HeldMessage]) -> list[str]:
    found = []
    for message in messages:
        assert message.delivery.envelope
        found.append(message.delivery.envelope.data["key"])
    return found


def test_more_and_fewer_are_received_and_all_stay_in_order(rabbitmq: RabbitFixture) -> None:
    sent = [f"{number:03}" for number in range(150)]
    rabbitmq.send(*[envelope("toy.add", {"key": key, "amount": 1}) for key in sent])
    publisher = Publisher(rabbitmq.url(TOY))
    broker = SafeRabbitmqBroker("toy", rabbitmq.url(TOY), publisher, rabbitmq.delays)
    consumer = SafeRabbitmqConsumer(broker, "toy", 10, 100)
    held = receive(consumer, 5)
    consumer.prefetch = 60
    held += receive(consumer, 60)  # none is acknowledged
    consumer.prefetch = 10
    consumer.ack_all(held)
    rest: list[HeldMessage] = []
    while len(held) + len(rest) < len(sent):
        rest += receive(consumer, 5)
        consumer.ack_all(rest[-5:])
    assert keys(held + rest) == sent
    consumer.close()
    assert rabbitmq.depth("toy") == 0
    publisher.close()
