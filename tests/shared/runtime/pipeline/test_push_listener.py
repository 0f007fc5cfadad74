"""Wake-ups of an external system bring scheduled messages forward; one process per database
listens.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from shared.runtime.clock import utc_now
from shared.runtime.handlers import Later
from shared.runtime.pipeline import push_listener
from shared.runtime.pipeline.push_listener import PushListener
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import reading
from tests.conditions import FAR, until
from tests.toy.contracts import Add
from tests.toy.service import toy
from tests.toy.world import World

KEY = "look"


def planned(engine: Any) -> Any:
    with reading(engine) as connection:
        return connection.execute(message_tables.schedule.select()).all()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_listener, "LEADER_PAUSE", 0.01)
    monkeypatch.setattr(push_listener, "FAILURE_PAUSE", 0.01)


@pytest.fixture
def woken() -> list[set[int]]:
    """The partitions of each commit."""
    return []


@pytest.fixture
def lookouts(table: Any, quick: Any, woken: list[set[int]]) -> Iterator[Any]:
    """Start listeners with a given function; they are stopped at the end."""
    made = []

    def start(listen: Any) -> Any:
        service = replace(toy, listen=listen)
        made.append(PushListener(service, table.engine, "the world", woken.append))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop()
        one.join(FAR)
        assert not one.is_alive()


def test_a_hint_takes_the_place_of_what_was_planned(
    table: Any, lookouts: Any, woken: list[set[int]]
) -> None:
    def listen(world: World, tell: Any, stopping: Any) -> None:
        assert world == "the world"  # type: ignore[comparison-overlap]
        tell(lambda now: Later(Add(key="a", amount=1), now, KEY))
        stopping.wait()

    later = Later(Add(key="a", amount=2), utc_now() + timedelta(hours=1), KEY)
    with table.engine.begin() as connection:
        schedule.add(
            connection, [table.pipeline.transactions.outbox_writer.initial(later, utc_now())]
        )
    lookouts(listen)
    row = until(
        lambda: next((row for row in planned(table.engine) if row.due_at <= utc_now()), None)
    )
    assert (row.key, row.routing_key) == (KEY, "toy")
    assert len(planned(table.engine)) == 1
    until(lambda: woken == [{schedule.MOVED_BY}])


def test_one_listens_and_another_takes_over(lookouts: Any) -> None:
    began, listening = [], Event()

    def listen(name: Any) -> Any:
        def run(world: World, tell: Any, stopping: Any) -> None:
            began.append(name)
            listening.set()
            stopping.wait()

        return run

    first = lookouts(listen("first"))
    assert listening.wait(FAR)
    lookouts(listen("second"))
    first.stop()
    until(lambda: began == ["first", "second"])
    assert not first.is_alive()


def test_a_lookout_that_fails_is_set_out_again(lookouts: Any) -> None:
    tries = []

    def listen(world: World, tell: Any, stopping: Any) -> None:
        tries.append(1)
        raise OSError("no net")

    one = lookouts(listen)
    until(lambda: len(tries) >= 3)
    assert one.is_alive()
