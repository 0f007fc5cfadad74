"""Connections break and processes stop: nothing is lost or done twice, and order is kept."""

import threading
from typing import Any

import pytest

from shared.runtime.process import batch_worker
from tests.conditions import FAR, stays, until
from tests.shared.runtime.rabbit_fixture import (
    RabbitFixture,
    envelope,
    receive,
    totals,
    worker,
    working,
)
from tests.toy.world import World

pytestmark = pytest.mark.slow


def adds(*keys: Any) -> Any:
    return [envelope("toy.add", {"key": key, "amount": 1}) for key in keys]


def test_a_connection_closed_in_mid_message_loses_nothing_and_repeats_nothing(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    world = World()
    gate = world.shut("a")
    with working(rabbitmq, database, world, batch=1) as process:
        rabbitmq.send(*adds("before", "a", "b", "c"))
        assert gate.entered.wait(FAR)
        former = process.worker.consumers["toy"].consumer
        rabbitmq.cut()
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        gate.opened.set()
        until(lambda: totals(process.engine) == {"before": 1, "a": 1, "b": 1, "c": 1})
    assert rabbitmq.depth("toy") == rabbitmq.depth("toy.dead") == 0


def test_an_answer_for_a_former_connection_answers_for_no_other_message(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    world = World()
    running, waiting = world.shut("a"), world.shut("b")
    with working(rabbitmq, database, world, batch=1) as process:
        rabbitmq.send(*adds("before", "a", "b"))
        assert running.entered.wait(FAR)
        former = process.worker.consumers["toy"].consumer
        rabbitmq.cut()
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        running.opened.set()
        assert waiting.entered.wait(
            30
        )  # `a` was finished with its old delivery tag, which could now mean `b`
        rabbitmq.lock_out("toy")
        rabbitmq.cut()
        assert until(lambda: [letter.envelope.data["key"] for letter in rabbitmq.empty("toy")]) == [
            "b"
        ]
        rabbitmq.mend()
        waiting.opened.set()


def test_what_was_prefetched_over_a_former_connection_is_skipped(
    rabbitmq: RabbitFixture, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    gate = world.shut("a")
    with working(rabbitmq, database, world, batch=1) as process:
        handled, handle = [], process.worker.lanes["toy"].pipeline.process
        monkeypatch.setattr(
            process.worker.lanes["toy"].pipeline,
            "process",
            lambda found: handled.extend(found) or handle(found),
        )
        rabbitmq.send(*adds("a", "b"))
        assert gate.entered.wait(FAR)
        until(lambda: len(process.worker.consumers["toy"].consumer.known_tags) == 2)  # type: ignore[attr-defined]
        former = process.worker.consumers["toy"].consumer
        rabbitmq.cut()
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        gate.opened.set()
        until(lambda: totals(process.engine) == {"a": 1, "b": 1})
    assert [delivery.envelope.data["key"] for delivery in handled] == ["a", "a", "b"]


def test_what_is_done_answers_for_no_earlier_message_that_still_runs(
    rabbitmq: RabbitFixture, postgresql: Any
) -> None:
    world = World()
    gate = world.shut("a")
    with working(rabbitmq, postgresql, world, threads=2, batch=1) as process:
        rabbitmq.send(*adds("a", "b", "c"))
        assert gate.entered.wait(FAR)
        until(lambda: totals(process.engine) == {"b": 1, "c": 1})
        until(lambda: len(process.worker.consumers["toy"].consumer.known_tags) == 1)  # type: ignore[attr-defined]
        rabbitmq.lock_out("toy")
        rabbitmq.cut()
        assert [letter.envelope.data["key"] for letter in rabbitmq.empty("toy")] == ["a"]
        rabbitmq.mend()
        gate.opened.set()


def test_two_copies_at_the_same_time_have_one_effect(
    rabbitmq: RabbitFixture, postgresql: Any
) -> None:
    world = World()
    gate = world.shut("a")
    with working(rabbitmq, postgresql, world, threads=2, batch=1) as process:
        rabbitmq.send(*adds("a"))
        assert gate.entered.wait(FAR)
        former = process.worker.consumers["toy"].consumer
        rabbitmq.cut()
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        gate.opened.set()
        rabbitmq.send(*adds("b"))
        until(lambda: totals(process.engine) == {"a": 1, "b": 1})
    assert rabbitmq.depth("toy") == 0


def test_a_message_that_fails_after_its_connection_was_lost_leaves_no_second_copy(
    rabbitmq: RabbitFixture, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    gate = world.shut("a")
    world.troubles["a"] = 1
    with working(rabbitmq, database, world, batch=1) as process:
        copies, publish = [], process.broker.publish
        monkeypatch.setattr(
            process.broker, "publish", lambda found: copies.extend(found) or publish(found)
        )
        rabbitmq.send(*adds("a"))
        assert gate.entered.wait(FAR)
        former = process.worker.consumers["toy"].consumer
        rabbitmq.cut()
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        gate.opened.set()
        until(lambda: totals(process.engine) == {"a": 1})
    assert not copies


def test_a_graceful_stop_finishes_the_batch_and_gives_the_rest_back_in_order(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    world = World()
    gate = world.shut("7")
    keys = [str(number) for number in range(60)]
    with working(rabbitmq, database, world, batch=10) as process:
        rabbitmq.send(*adds(*keys))
        assert gate.entered.wait(FAR)
        stopping = threading.Thread(target=process.worker.stop)
        stopping.start()
        until(process.worker.stopping.is_set)
        gate.opened.set()
        stopping.join()
        done = sorted(totals(process.engine), key=int)
    assert done == keys[: len(done)]
    assert len(done) < 40
    assert [letter.envelope.data["key"] for letter in rabbitmq.empty("toy")] == keys[len(done) :]


def test_what_was_prefetched_goes_back_in_order_wherever_it_lies(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    """Some messages are in the worker's memory, some in pika's buffer, which pika alone returns
    first.
    """
    process = worker(rabbitmq, database)
    keys = [str(number) for number in range(60)]
    rabbitmq.send(*adds(*keys))
    consumer = process.broker.consume("toy", prefetch=40, timeout=1000)
    held = receive(consumer, 20)  # type: ignore[arg-type]
    until(lambda: rabbitmq.depth("toy") == 20)
    consumer.connection.process_data_events()  # type: ignore[attr-defined]
    consumer.close()
    assert [message.delivery.envelope.data["key"] for message in held] == keys[:20]
    assert [letter.envelope.data["key"] for letter in rabbitmq.empty("toy")] == keys
    process.stop()


def test_many_threads_acknowledge_many_messages_on_one_channel(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    with working(rabbitmq, database, threads=4, batch=3) as process:
        rabbitmq.send(*adds(*(f"{number % 7}" for number in range(300))))
        consumer = process.worker.consumers["toy"].consumer
        until(lambda: sum(totals(process.engine).values()) == 300)
        until(lambda: not consumer.known_tags)  # type: ignore[attr-defined]
        assert consumer.channel.is_open  # type: ignore[attr-defined]
    assert rabbitmq.depth("toy") == 0


def test_a_deleted_queue_is_consumed_again_when_it_is_back_and_no_connection_is_left_behind(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    with working(rabbitmq, database) as process:
        rabbitmq.send(*adds("a"))
        until(lambda: totals(process.engine) == {"a": 1})
        former = process.worker.consumers["toy"].consumer
        rabbitmq.remove("toy")
        until(lambda: process.worker.consumers["toy"].consumer is not former)
        second = process.worker.consumers["toy"].consumer
        until(lambda: process.worker.consumers["toy"].consumer is not second)
        rabbitmq.mend()
        rabbitmq.send(*adds("b"))
        until(lambda: totals(process.engine) == {"a": 1, "b": 1})
        assert not former.connection.is_open  # type: ignore[attr-defined]
        assert not second.connection.is_open  # type: ignore[attr-defined]


def test_a_long_handler_does_not_cost_the_connection(
    rabbitmq: RabbitFixture, database: Any
) -> None:
    world = World()
    gate = world.shut("a")
    with working(rabbitmq, database, world, query="?heartbeat=1") as process:
        rabbitmq.send(*adds("a"))
        assert gate.entered.wait(FAR)
        consumer = process.worker.consumers["toy"].consumer
        assert stays(lambda: consumer.channel.is_open, 3.5)  # type: ignore[attr-defined]
        gate.opened.set()
        until(lambda: totals(process.engine) == {"a": 1})
    assert world.seen == ["a"]


def test_idle_threads_are_woken_by_messages_confirmations_and_a_stop(
    rabbitmq: RabbitFixture, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is polled here within the time that this test has."""
    monkeypatch.setattr(batch_worker, "IDLE_MILLISECONDS", 3_600_000)
    with working(rabbitmq, database) as process:
        rabbitmq.send(*adds("a", "b"))
        until(lambda: totals(process.engine) == {"a": 1, "b": 1})
    assert rabbitmq.depth("toy") == rabbitmq.depth("toy.dead") == 0
