"""Queues by weight: no message waits behind a heavier one, and each returns to its own queue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from shared.clients.dead_letters import DeadLetterQueue, DeadLetters
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope, totals, working
from tests.toy.service import counters, toy
from tests.toy.world import World
from tests.words import sqlite_url


@pytest.fixture
def worker(rabbitmq: RabbitFixture, world: World, database: str) -> Iterator[Any]:
    with working(rabbitmq, database, world) as process:
        yield process


def ask(rabbitmq: RabbitFixture, key: str, replyto: str, routing_key: str = "toy.get") -> None:
    question = envelope("toy.get", {"key": key}, replyto=replyto)
    with rabbitmq.hand() as channel:
        channel.basic_publish(COMMANDS, routing_key, question.encode())


def test_a_question_is_answered_while_work_and_bulk_work_wait(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    answers = rabbitmq.listen("nothing")
    work, bulk = world.shut("work"), world.shut("bulk")
    rabbitmq.send(
        envelope("toy.act", {"key": "work"}),
        envelope("toy.print", {"key": "bulk"}),
    )
    assert work.entered.wait(FAR)
    assert bulk.entered.wait(FAR)
    ask(rabbitmq, "absent", answers.name)
    assert answers.heard(1)[0].name == "toy.get_refused"
    work.opened.set()
    bulk.opened.set()
    until(lambda: totals(worker.engine).get("bulk") == 1)


def test_work_is_done_while_bulk_work_waits(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    bulk = world.shut("bulk")
    rabbitmq.send(*[envelope("toy.print", {"key": "bulk"}) for _ in range(5)])
    assert bulk.entered.wait(FAR)
    rabbitmq.add("work")
    until(lambda: totals(worker.engine) == {"work": 1})
    bulk.opened.set()
    until(lambda: totals(worker.engine) == {"work": 1, "bulk": 5})


def test_a_message_with_the_routing_key_of_another_weight_is_moved_to_its_queue(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    """Otherwise a command would fail in a read-only transaction, and a batch delay invoices."""
    answers = rabbitmq.listen("nothing")
    with rabbitmq.hand() as channel:
        for key, message in (
            ("toy.get", envelope("toy.add", {"key": "a", "amount": 1})),
            ("toy.add", envelope("toy.print", {"key": "b"})),
            ("toy.print", envelope("toy.add", {"key": "c", "amount": 1})),
        ):
            channel.basic_publish(COMMANDS, key, message.encode())
    until(lambda: totals(worker.engine) == {"a": 1, "b": 1, "c": 1})
    ask(rabbitmq, "a", answers.name, routing_key="toy.print")
    assert answers.heard(1)[0].name == "toy.get_answered"
    assert rabbitmq.depth("toy.dead") == 0


def test_a_failed_question_returns_to_its_own_queue_after_its_delay_and_after_a_replay(
    rabbitmq: RabbitFixture, worker: Any, world: World
) -> None:
    answers = rabbitmq.listen("nothing")
    key, gate = "question a", world.shut("work")
    world.troubles[key] = 1 + len(rabbitmq.delays)
    rabbitmq.send(envelope("toy.act", {"key": "work"}))
    assert gate.entered.wait(FAR)  # whatever the work queue holds waits from now on
    ask(rabbitmq, "a", answers.name)
    until(lambda: rabbitmq.depth("toy.dead") == 1)
    assert world.seen.count(key) == 1 + len(rabbitmq.delays)
    with rabbitmq.hand() as channel:
        letters = DeadLetters(channel.connection)
        for letter in letters.read(DeadLetterQueue("toy"), 1):
            letters.replay(letter)
    names = [answer.name for answer in answers.heard(2)]
    assert names == ["message.refused", "toy.get_refused"]  # of the last attempt, of the replay
    gate.opened.set()


def test_questions_are_answered_from_the_replica_and_health_from_the_database(
    rabbitmq: RabbitFixture, database: str, tmp_path: Path
) -> None:
    replica = sqlite_url(tmp_path, "replica")
    migrations.upgrade(toy, engine_for(replica))
    with engine_for(replica).begin() as connection:
        connection.execute(insert(counters).values(key="a", total=7))
    answers = rabbitmq.listen("nothing")
    with working(rabbitmq, database, replica=replica) as process:
        ask(rabbitmq, "a", answers.name)
        assert answers.heard(1)[0].data == {"total": 7}
        rabbitmq.add("a", later=3600)

        def due_rows() -> object:
            rabbitmq.send(envelope("service.health", {}, replyto=answers.name))
            (health,) = answers.heard(1)
            return health.data["due_rows"]

        until(lambda: due_rows() == 1)
        assert totals(process.engine) == {}
