"""The database fails under load and comes back: nothing is lost or done twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.process.batch_thread import DATABASE_PAUSE
from tests.conditions import stays, until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope, totals, worker, working
from tests.toy.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    own = Postgres(tmp_path_factory.mktemp("cluster"))
    own.start()
    yield own
    own.stop()


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit, delays=(0.5, 2, 5))
    yield found
    found.close()


def done(engine: Any) -> Any:
    try:
        return sum(totals(engine).values())
    except OperationalError:
        return 0


def test_a_killed_database_loses_nothing_and_repeats_nothing(
    cluster: Postgres, rabbitmq: RabbitFixture
) -> None:
    with working(rabbitmq, cluster.create_database("toy"), threads=2, batch=5) as process:
        listener = rabbitmq.listen()
        rabbitmq.send(
            *(envelope("toy.add", {"key": f"k{number % 10}", "amount": 1}) for number in range(300))
        )
        until(lambda: done(process.engine) > 50)
        cluster.kill()
        cluster.start()
        until(lambda: done(process.engine) == 300)
        assert totals(process.engine) == {f"k{number}": 30 for number in range(10)}
        told = set()
        until(
            lambda: (
                told.update((event.subject, int(event.sequence)) for event in listener.heard(0))
                or len(told) == 300
            )
        )
        assert process.fault() is None
    assert told == {(f"k{number}", count) for number in range(10) for count in range(1, 31)}
    assert rabbitmq.depth("toy") == rabbitmq.depth("toy.dead") == 0


def test_a_killed_database_lets_no_act_be_repeated(
    cluster: Postgres, rabbitmq: RabbitFixture, world: World
) -> None:
    """Each run has a last side effect whose outcome only its thread knows."""
    with working(
        rabbitmq, cluster.create_database("side_effects"), world, threads=2, batch=5
    ) as process:
        rabbitmq.send(*(envelope("toy.act_once", {"key": f"k{number}"}) for number in range(300)))
        for count in (60, 140, 220):
            until(lambda count=count: len(world.done) > count)  # type: ignore[misc]
            cluster.kill()
            cluster.start()
        until(lambda: len(set(world.done)) == 300 and rabbitmq.depth("toy") == 0)
        assert process.fault() is None
    assert len(world.done) == 300
    assert rabbitmq.depth("toy.dead") == 0


def test_a_database_that_is_away_counts_against_no_message(
    cluster: Postgres, rabbitmq: RabbitFixture
) -> None:
    with working(rabbitmq, cluster.create_database("away"), threads=2, batch=5) as process:
        cluster.stop()
        rabbitmq.send(*(envelope("toy.add", {"key": "a", "amount": 1}) for _ in range(30)))
        assert stays(
            lambda: rabbitmq.depth("toy.wait.2000") == 0, 2
        )  # where a second failure leads to
        cluster.start()
        until(lambda: done(process.engine) == 30)
        assert process.fault() is None
    assert rabbitmq.depth("toy.dead") == 0


def test_a_database_that_is_away_is_not_asked_without_a_pause(
    rabbitmq: RabbitFixture, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = worker(rabbitmq, database)
    pipeline: Any = process.worker.lanes["toy"].pipeline
    together, waits = pipeline.transactions.handle_together, []

    def failing(items: Any) -> Any:
        if len(waits) < 2:
            raise OperationalError(None, None, ConnectionError("the database is away"))
        return together(items)

    monkeypatch.setattr(pipeline.transactions, "handle_together", failing)
    monkeypatch.setattr(process.worker.stopping, "wait", waits.append)
    process.start()
    rabbitmq.send(envelope("toy.add", {"key": "a", "amount": 1}))
    until(lambda: totals(process.engine) == {"a": 1})
    process.stop()
    assert waits == [DATABASE_PAUSE, DATABASE_PAUSE]
