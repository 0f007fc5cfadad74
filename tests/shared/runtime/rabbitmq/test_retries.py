"""Failed messages are retried with growing delays and end in the dead letters, with the reason."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.stack.rabbitmq import RabbitNode
from tests.conditions import FAR, patient, stays, until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope, totals, working
from tests.toy.world import World
from tests.words import sqlite_url


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def worker(
    rabbitmq: RabbitFixture, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    with working(rabbitmq, sqlite_url(tmp_path_factory.mktemp("toy")), world) as process:
        yield process


def test_a_failing_message_is_tried_after_each_delay_and_then_kept_for_people(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.add("fails", fail="bug")
    letter = rabbitmq.dead()[0]
    assert world.seen.count("fails") == 1 + len(rabbitmq.delays)
    assert letter.headers["x-attempts"] == 1 + len(rabbitmq.delays)
    assert letter.headers["x-reason"] == "ZeroDivisionError: as it was told"
    assert "Traceback" in letter.headers["x-error"]
    assert (
        datetime.now(UTC) - datetime.fromisoformat(letter.headers["x-buried-at"])
    ).total_seconds() < patient(5)
    assert totals(worker.engine).get("fails") is None


def test_what_no_repetition_helps_is_a_dead_letter_at_once(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.add("never", fail="never")
    assert rabbitmq.dead()[0].headers["x-attempts"] == 1
    assert world.seen.count("never") == 1


def test_a_message_that_succeeds_at_last_leaves_no_letter(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    world.troubles["at last"] = len(rabbitmq.delays)
    rabbitmq.add("at last")
    until(lambda: totals(worker.engine).get("at last") == 1)
    assert rabbitmq.depth("toy.dead") == 0


def test_retries_and_burial_leave_every_byte_of_the_body_as_it_was(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    event = envelope(
        "toy.add", {"key": "bytes", "amount": 1, "fail": "bug"}, tenant="x", partitionkey="y"
    )
    body = json.dumps(event.model_dump(mode="json", exclude_none=True), indent=3).encode()
    rabbitmq.send(body)
    assert rabbitmq.dead()[0].body == body


def test_of_a_stranger_s_headers_only_the_count_of_attempts_travels(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    rabbitmq.send(
        envelope("toy.add", {"key": "h", "amount": 1, "fail": "never"}),
        headers={"x-death": "?", "a": "b"},
    )
    headers = set(rabbitmq.dead()[0].headers) - {"x-delivery-count"}  # which RabbitMQ counts
    assert headers == {
        "x-exchange",
        "x-routing-key",
        "x-attempts",
        "x-reason",
        "x-error",
        "x-buried-at",
        "x-queue",
    }


def test_a_count_of_attempts_from_a_stranger_is_bounded(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.send(
        envelope("toy.add", {"key": "many", "amount": 1, "fail": "bug"}),
        headers={"x-attempts": 2**40},
    )
    assert rabbitmq.dead()[0].headers["x-attempts"] == 1001
    assert world.seen.count("many") == 1


def test_a_full_wait_queue_leaves_the_original_where_it_is_and_it_proceeds_when_there_is_room(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.fill("toy.wait.100")
    world.troubles["full"] = 2
    rabbitmq.add("full")
    until(lambda: worker.worker.streak)  # refused
    rabbitmq.mend("toy.wait.100")
    until(lambda: totals(worker.engine).get("full") == 1)
    assert world.seen.count("full") == 3
    assert rabbitmq.depth("toy.dead") == 0


def test_what_is_kept_is_not_tried_again_in_a_hot_loop(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.fill("toy.wait.100")
    world.troubles["hot"] = 99
    rabbitmq.add("hot")
    until(lambda: world.seen.count("hot"))
    assert stays(lambda: world.seen.count("hot") <= 2, 1.5)
    world.troubles["hot"] = 0
    rabbitmq.mend("toy.wait.100")
    until(lambda: totals(worker.engine).get("hot") == 1)


def test_a_missing_wait_queue_leaves_the_original_where_it_is(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.remove("toy.wait.100")
    world.troubles["missing"] = 2
    rabbitmq.add("missing")
    until(lambda: worker.worker.streak)
    rabbitmq.mend()
    until(lambda: totals(worker.engine).get("missing") == 1)
    assert world.seen.count("missing") == 3


def test_a_missing_dead_queue_leaves_the_original_where_it_is(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    rabbitmq.remove("toy.dead")
    rabbitmq.send(b"nothing that can be read")
    until(lambda: worker.worker.streak)
    rabbitmq.mend()
    assert rabbitmq.dead()[0].body == b"nothing that can be read"
    assert stays(lambda: rabbitmq.depth("toy.dead") == 0, 0.2)


def test_neighbours_of_a_message_that_is_kept_are_acknowledged(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    rabbitmq.fill("toy.wait.100")
    world.troubles["kept"] = 1
    neighbours = [
        envelope("toy.add", {"key": f"neighbour {number}", "amount": 1}) for number in range(5)
    ]
    rabbitmq.send(
        *neighbours[:2], envelope("toy.add", {"key": "kept", "amount": 1}), *neighbours[2:]
    )
    until(lambda: totals(worker.engine).get("kept") == 1)
    assert all(totals(worker.engine)[message.data["key"]] == 1 for message in neighbours)
    assert all(world.seen.count(message.data["key"]) == 1 for message in neighbours)
    rabbitmq.mend("toy.wait.100")


def test_many_failing_messages_are_copied_with_one_wait_for_confirms(
    rabbitmq: RabbitFixture, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches, publish = [], worker.publisher.publish
    monkeypatch.setattr(
        worker.publisher, "publish", lambda found: batches.append(len(found)) or publish(found)
    )
    gate = worker.adapters.shut("gate")
    rabbitmq.add("gate")
    assert gate.entered.wait(FAR)
    rabbitmq.send(
        *(
            envelope("toy.add", {"key": f"f{number}", "amount": 1, "fail": "never"})
            for number in range(20)
        )
    )
    gate.opened.set()
    assert len(rabbitmq.dead(20)) == 20
    assert max(batches) >= 20


def test_a_message_that_breaks_the_pipeline_itself_harms_neither_its_neighbours_nor_the_thread(
    rabbitmq: RabbitFixture, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = worker.worker.lanes["toy"].pipeline
    process = pipeline.process

    def break_at(deliveries: Any) -> Any:
        if any(b"breaks" in delivery.body for delivery in deliveries):
            raise RecursionError("too deep")
        return process(deliveries)

    monkeypatch.setattr(pipeline, "process", break_at)
    rabbitmq.send(
        *(envelope("toy.add", {"key": key, "amount": 1}) for key in ("left", "breaks", "right"))
    )
    assert rabbitmq.dead()[0].headers["x-reason"] == "RecursionError: too deep"
    assert totals(worker.engine)["left"] == totals(worker.engine)["right"] == 1
    assert worker.fault() is None


def test_a_message_that_is_given_back_too_often_is_a_dead_letter_of_rabbitmq_s(
    rabbit: RabbitNode,
) -> None:
    rabbitmq = RabbitFixture(rabbit)
    rabbitmq.send(envelope("toy.add", {"key": "a", "amount": 1}))
    with rabbitmq.hand() as channel:
        rounds = 0
        while (method := channel.basic_get("toy")[0]) is not None and rounds < 200:
            channel.basic_nack(method.delivery_tag, requeue=True)
            rounds += 1
    assert rounds >= 20
    death = rabbitmq.dead()[0].headers["x-death"][0]
    assert (death["queue"], death["reason"]) == ("toy", "delivery_limit")
    rabbitmq.close()


def test_dead_letters_are_kept_without_limit_of_time(rabbitmq: RabbitFixture) -> None:
    dead = rabbitmq.api("GET", f"/api/queues/{rabbitmq.vhost}/toy.dead")
    assert not {"x-message-ttl", "x-max-length", "x-expires"} & dead["arguments"].keys()
    assert dead["arguments"]["x-delivery-limit"] == 2**31 - 1
    assert not dead.get("policy")
