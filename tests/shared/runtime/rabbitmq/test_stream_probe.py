"""The stream holds all confirmed events, also if RabbitMQ has only just started."""

import threading
import time
from collections.abc import Iterator

import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.names import EVENTS, STREAM
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import CLIENT, TOY, RabbitFixture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitFixture]:
    node = RabbitNode(tmp_path_factory.mktemp("stream"))
    node.start()
    try:
        rabbitmq = RabbitFixture(node)
        with rabbitmq.hand() as channel:  # its confirm is what hides that the stream has nothing
            channel.queue_declare("another", durable=True, arguments={"x-queue-type": "quorum"})
            channel.queue_bind("another", EVENTS, "#")
        node.flush()
        yield rabbitmq
    finally:
        node.stop()


def confirmed_by(publisher: Publisher, seconds: float, least: int = 0) -> set[str]:
    """Return the events that RabbitMQ confirmed in that time, and until there are `least`, by
    number; times of day make the numbers unique.
    """
    found: set[str] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline or len(found) < least:
        number = str(time.monotonic_ns())
        if publisher.publish([Outgoing(EVENTS, "toy.added", number.encode(), number)]) == [
            Outcome.CONFIRMED
        ]:
            found.add(number)
    return found


def in_stream(rabbitmq: RabbitFixture) -> set[str]:
    channel = rabbitmq.channel(CLIENT)
    channel.basic_qos(prefetch_count=1000)
    found = set()
    for method, _, body in channel.consume(
        STREAM, arguments={"x-stream-offset": "first"}, inactivity_timeout=1
    ):
        if method is None:
            return found
        channel.basic_ack(method.delivery_tag)
        found.add(body.decode())
    return found


def test_nothing_is_published_on_a_node_that_has_just_started_before_its_stream_runs(
    rabbitmq: RabbitFixture,
) -> None:
    publisher = Publisher(rabbitmq.url(TOY), "relay", awaits=STREAM)
    confirmed = confirmed_by(publisher, 0.3)
    rabbitmq.rabbit.kill()
    starting = threading.Thread(target=rabbitmq.rabbit.start)
    starting.start()
    until(publisher._ready.is_set, pause=0.001)
    confirmed |= confirmed_by(publisher, 1, least=11)
    starting.join()
    publisher.close()
    until(lambda: confirmed <= in_stream(rabbitmq))


def test_a_stream_that_never_comes_is_not_awaited_for_ever(
    rabbitmq: RabbitFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.rabbitmq.stream_probe.MAX_WAIT", 0.5)
    publisher = Publisher(rabbitmq.url(TOY), "relay", awaits="aftercart.nothing.stream")
    assert confirmed_by(publisher, 1.5)
    publisher.close()
