"""A node that is out of memory, killed, frozen or only just started. These tests disturb a node of
their own, and the last one leaves it killed.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

import dramatiq
import pika
import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.names import EVENTS, STREAM
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from tests.conditions import FAR, patient, stays, until
from tests.shared.runtime.rabbit_fixture import (
    CLIENT,
    TOY,
    RabbitFixture,
    envelope,
    totals,
    working,
)
from tests.shared.runtime.stock_broker import StockBroker, stock
from tests.toy.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    own = RabbitNode(tmp_path_factory.mktemp("node"))
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def rabbitmq(node: RabbitNode) -> RabbitFixture:
    # Older than a moment when the node is killed: RabbitMQ 3.10 writes down within half a second
    # that a quorum queue is its own, and one that is killed before that never comes back. It goes
    # with its node.
    return RabbitFixture(node)


@pytest.fixture
def alarm(node: RabbitNode) -> Iterator[Any]:
    """Raises and clears the memory alarm; meanwhile every publisher is blocked."""
    normal = "0.4"

    def set_to(on: Any) -> None:
        node.ctl("set_vm_memory_high_watermark", "0.000001" if on else normal)

    yield set_to
    set_to(False)


def test_a_retry_under_a_memory_alarm_keeps_the_original_which_then_has_one_effect(
    rabbitmq: RabbitFixture, alarm: Any, database: Any
) -> None:
    world = World()
    gate = world.shut("a")
    world.troubles["a"] = 2
    listener = rabbitmq.listen()
    with working(rabbitmq, database, world) as process:
        rabbitmq.add("a")
        assert gate.entered.wait(FAR)
        alarm(True)
        gate.opened.set()
        until(lambda: process.worker.streak == 2)
        alarm(False)
        until(lambda: totals(process.engine) == {"a": 1})
        listener.heard(1)
        until(lambda: rabbitmq.depth("toy.wait.100") == rabbitmq.depth("toy.wait.300") == 0)
        assert stays(lambda: totals(process.engine) == {"a": 1}, 0.3)
    assert rabbitmq.depth("toy") == rabbitmq.depth("toy.dead") == 0


def test_work_goes_on_under_a_memory_alarm_and_its_events_leave_afterwards(
    rabbitmq: RabbitFixture, alarm: Any, database: Any
) -> None:
    world = World()
    gate = world.shut("a")
    listener = rabbitmq.listen()
    with working(rabbitmq, database, world) as process:
        rabbitmq.send(*(envelope("toy.add", {"key": key, "amount": 1}) for key in "abc"))
        assert gate.entered.wait(FAR)
        alarm(True)
        gate.opened.set()
        until(lambda: totals(process.engine) == {"a": 1, "b": 1, "c": 1})
        assert rabbitmq.depth(listener.name) == 0
        alarm(False)
        assert {event.subject for event in listener.heard(3)} >= {"a", "b", "c"}


def test_a_retry_under_a_memory_alarm_is_lost_by_the_stock_broker(
    rabbitmq: RabbitFixture, alarm: Any
) -> None:
    with stock(rabbitmq, "jobs", confirm=False) as shop:
        gate = shop.world.shut("a")
        shop.world.troubles["a"] = 1
        shop.send("jobs", "a")
        assert gate.entered.wait(FAR)
        alarm(True)
        gate.opened.set()
        until(lambda: not shop.worker.consumers["jobs"].consumer.known_tags)
        shop.crash()  # the copy was still in its socket
        alarm(False)
        assert [shop.keys(queue) for queue in ("jobs", "jobs.DQ", "jobs.XQ")] == [[], [], []]
    rabbitmq.mend()


def test_a_killed_node_loses_nothing_and_repeats_nothing(
    node: RabbitNode, rabbitmq: RabbitFixture, database: Any
) -> None:
    listener = rabbitmq.listen()
    messages = [
        envelope("toy.add", {"key": f"k{number % 20}", "amount": 1}) for number in range(400)
    ]
    with working(rabbitmq, database, batch=5) as process:
        sending = threading.Thread(target=send_all, args=(rabbitmq, messages))
        sending.start()
        until(lambda: sum(totals(process.engine).values()) > 50)
        node.kill()
        node.start()
        sending.join(FAR)
        until(lambda: sum(totals(process.engine).values()) >= 400)
        assert totals(process.engine) == {f"k{number}": 20 for number in range(20)}
        told = set()
        until(
            lambda: (
                told.update((event.subject, event.sequence) for event in listener.heard(0))
                or len(told) >= 400
            ),
        )
    assert told == {
        (f"k{number}", f"{count:012d}") for number in range(20) for count in range(1, 21)
    }
    assert rabbitmq.depth("toy") == rabbitmq.depth("toy.dead") == 0


def send_all(rabbitmq: RabbitFixture, messages: Any) -> None:
    """Publish like a careful storefront: repeat what was not confirmed."""
    waiting = list(messages)
    while waiting:
        try:
            channel = rabbitmq.channel(CLIENT)
            while waiting:
                channel.basic_publish(
                    "aftercart.commands",
                    "toy.add",
                    waiting[0].encode(),
                    pika.BasicProperties(delivery_mode=2),
                )
                waiting.pop(0)
        except pika.exceptions.AMQPError:
            time.sleep(0.1)


def test_a_confirm_that_never_comes_is_given_up_in_time(
    node: RabbitNode, rabbitmq: RabbitFixture
) -> None:
    publisher = Publisher(rabbitmq.url(TOY))
    message = Outgoing(
        "toy.self", "toy", envelope("toy.add", {"key": "a", "amount": 1}).encode(), "1"
    )
    assert publisher.publish([message]) == [Outcome.CONFIRMED]
    node.pause()
    try:
        began = time.monotonic()
        assert publisher.publish([message], timeout=0.5) == [Outcome.UNKNOWN]
        assert time.monotonic() - began < patient(5)
    finally:
        node.resume()
    until(lambda: publisher.publish([message]) == [Outcome.CONFIRMED])
    publisher.close()


def test_for_a_confirm_that_never_comes_the_stock_broker_waits_for_ever(
    node: RabbitNode, rabbitmq: RabbitFixture
) -> None:
    broker = StockBroker(url=rabbitmq.url(), confirm_delivery=True, middleware=[])
    actor = dramatiq.actor(actor_name="jobs", queue_name="jobs", broker=broker)(lambda: None)
    actor.send()
    node.pause()
    try:
        publishing = threading.Thread(target=actor.send, daemon=True)
        publishing.start()
        assert stays(publishing.is_alive, 2)
    finally:
        node.resume()
    publishing.join(FAR)
    broker.close()


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
    with rabbitmq.hand() as channel:  # its confirm is what hides that the stream has nothing
        channel.queue_declare("another", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("another", EVENTS, "#")
    rabbitmq.rabbit.flush()
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


def test_a_worker_stops_in_time_when_its_node_is_gone(
    node: RabbitNode, rabbitmq: RabbitFixture, database: Any
) -> None:
    with working(rabbitmq, database) as process:
        rabbitmq.add("last")
        until(lambda: totals(process.engine).get("last") == 1)
        node.kill()
        until(lambda: not process.worker.consumers["toy"].consumer.channel.is_open)  # type: ignore[attr-defined]
        began = time.monotonic()
    assert time.monotonic() - began < patient(20)
