"""The stream of events holds everything that was confirmed, also when RabbitMQ has only just
started.
"""

import threading
import time
from collections.abc import Iterator

import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.names import EVENTS, STREAM
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import CLIENT, TOY, Ground

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    node = RabbitNode(tmp_path_factory.mktemp("stream"))
    node.start()
    try:
        ground = Ground(node)
        with ground.hand() as channel:  # its confirm is what hides that the stream has nothing
            channel.queue_declare("another", durable=True, arguments={"x-queue-type": "quorum"})
            channel.queue_bind("another", EVENTS, "#")
        node.flush()
        yield ground
    finally:
        node.stop()


def confirmed_by(publisher: Publisher, seconds: float) -> set[str]:
    """What RabbitMQ confirmed in that time, by number; the times of day make the numbers unique."""
    found: set[str] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        number = str(time.monotonic_ns())
        if publisher.publish([Outgoing(EVENTS, "toy.added", number.encode(), number)]) == [
            Outcome.CONFIRMED
        ]:
            found.add(number)
    return found


def in_stream(ground: Ground) -> set[str]:
    channel = ground.channel(CLIENT)
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
    ground: Ground,
) -> None:
    publisher = Publisher(ground.url(TOY), "relay", awaits=STREAM)
    confirmed = confirmed_by(publisher, 0.3)
    ground.rabbit.kill()
    starting = threading.Thread(target=ground.rabbit.start)
    starting.start()
    until(publisher._ready.is_set, 60, pause=0.001)
    confirmed |= confirmed_by(publisher, 1)
    starting.join()
    publisher.close()
    assert len(confirmed) > 10
    assert confirmed <= in_stream(ground)


def test_a_stream_that_never_comes_is_not_awaited_for_ever(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.rabbitmq.stream_probe.PATIENCE", 0.5)
    publisher = Publisher(ground.url(TOY), "relay", awaits="aftercart.nothing.stream")
    assert confirmed_by(publisher, 1.5)
    publisher.close()
