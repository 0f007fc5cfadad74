"""Side effects that must not be repeated: claimed together, recorded one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from weakref import ref

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shared.runtime.clock import utc_now
from shared.runtime.pipeline.side_effects import log as effect_log, recorded, runner, steps
from shared.runtime.storage import inbox, message_tables
from shared.runtime.storage.database import reading
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope as sent, working
from tests.toy.service import toy
from tests.toy.world import World
from tests.words import ServiceHarness, delivery


class Killed(BaseException):
    """Ends the process at this point."""


def once(key: Any = "a") -> Any:
    return delivery("toy.act_once", {"key": key})


def fates(verdicts: Any) -> Any:
    return [verdict.fate.value for verdict in verdicts]


def told(table: Any) -> Any:
    return [found.data["key"] for found in table.outbox() if found.name == "toy.added"]


def noted(table: Any) -> Any:
    with reading(table.engine) as connection:
        rows = connection.execute(select(message_tables.side_effects)).all()
    return {row.subject.removeprefix("default/"): (row.started, row.outcome) for row in rows}


def die_at(world: World, monkeypatch: pytest.MonkeyPatch, key: Any) -> None:
    """Kill the process during the side effect of `key`."""
    touch = world.touch

    def touching(found: Any) -> Any:
        if found == key:
            monkeypatch.setattr(world, "touch", touch)
            raise Killed
        return touch(found)

    monkeypatch.setattr(world, "touch", touching)


def test_a_batch_is_claimed_done_and_kept(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, touch = [], world.touch
    monkeypatch.setattr(world, "touch", lambda key: kept.append(len(told(table))) or touch(key))
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["done"] * 3
    assert (world.done, told(table)) == (["a", "b", "c"], ["A", "B", "C"])
    assert world.claims == [("a", "first"), ("b", "first"), ("c", "first")]
    assert kept == [0, 0, 0]
    assert noted(table) == {}


def test_slow_acts_are_kept_one_by_one(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "MAX_STORE_DELAY", 0)
    kept, touch = [], world.touch
    monkeypatch.setattr(world, "touch", lambda key: kept.append(len(told(table))) or touch(key))
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["done"] * 3
    assert kept == [0, 1, 2]


def test_after_a_kill_one_is_in_doubt_and_the_others_are_not(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [once("a"), once("b"), once("c")]
    die_at(world, monkeypatch, "b")
    with pytest.raises(Killed):
        table.deliver(*batch)
    assert (world.done, told(table)) == (["a"], [])
    assert noted(table) == {"a": (True, b'"A"'), "b": (True, None), "c": (False, None)}
    world.claims.clear()
    assert fates(table.deliver(*batch)) == ["done"] * 3
    assert world.claims == [
        ("b", "first"),
        ("c", "again"),
    ]  # that b may have been done, its handler must know itself
    assert (world.done, told(table)) == (["a", "b", "c"], ["A", "B", "C"])
    assert noted(table) == {}


def test_who_was_overtaken_does_not_begin(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ delivers a second copy of a claimed message that has not started, to a faster
    worker.
    """
    faster = ServiceHarness(toy, table.engine, world)
    batch, touch, verdicts = [once("a"), once("b")], world.touch, []

    def touching(key: Any) -> Any:
        monkeypatch.setattr(world, "touch", touch)
        verdicts.extend(faster.deliver(batch[1]))
        return touch(key)

    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(*batch)) == ["done", "retry"]
    assert fates(verdicts) == ["done"]
    assert world.done == ["b", "a"]
    assert fates(table.deliver(batch[1])) == ["done"]
    assert (world.done, sorted(told(table))) == (["b", "a"], ["A", "B"])


def test_what_another_has_begun_is_not_begun_again(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, batch, touch = (
        ServiceHarness(toy, table.engine, world),
        [once("a"), once("b")],
        world.touch,
    )

    def touching(key: Any) -> Any:
        die_at(world, monkeypatch, "b")
        with pytest.raises(Killed):
            other.deliver(batch[1])
        return touch(key)

    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(*batch)) == ["done", "retry"]
    assert world.done == ["a"]


def test_what_there_is_no_time_for_is_left_and_free(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_RUN_SECONDS", 0)
    batch = [once("a"), once("b")]
    assert fates(table.deliver(*batch)) == ["done", "leave"]
    assert fates(table.deliver(batch[1])) == ["done"]
    assert world.claims == [("a", "first"), ("b", "first"), ("b", "again")]


def test_what_is_left_is_done_next(
    rabbitmq: RabbitFixture, database: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_RUN_SECONDS", 0)
    rabbitmq.send(*(sent("toy.act_once", {"key": key}) for key in "abc"))
    with working(rabbitmq, database, world):
        until(lambda: world.done == ["a", "b", "c"])
    assert rabbitmq.depth("toy") == 0


def test_a_claim_that_cannot_be_written_disturbs_no_neighbour(table: Any, world: World) -> None:
    assert fates(table.deliver(once("a"), once("full"), once("b"))) == ["done", "retry", "done"]
    assert (world.done, told(table)) == (["a", "b"], ["A", "B"])


def test_claims_that_are_taken_apart_are_not_all_held_at_once(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch, claimed = world.touch, []
    monkeypatch.setattr(world, "touch", lambda key: claimed.append(len(world.claims)) or touch(key))
    assert fates(table.deliver(once("a"), once("full"), once("b"))) == ["done", "retry", "done"]
    assert claimed == [4, 6]  # three together, in vain; then each before its act


def test_what_is_taken_apart_ends_with_the_turn(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_RUN_SECONDS", 0)
    assert fates(table.deliver(once("full"), once("a"))) == ["retry", "leave"]
    assert fates(table.deliver(once("a"))) == ["done"]


def test_what_cannot_be_noted_is_not_done(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, begin = [once("a"), once("b"), once("c")], effect_log.start

    def beginning(engine: Any, holder: Any, subjects: Any, *ended: Any) -> Any:
        if subjects == [("aftercart.toy.act_once.v1", "default/b")]:
            raise ConnectionError("the database is away")
        return begin(engine, holder, subjects, *ended)

    monkeypatch.setattr(effect_log, "start", beginning)
    assert fates(table.deliver(*batch)) == ["done", "retry", "done"]
    assert (world.done, told(table)) == (["a", "c"], ["A", "C"])


def test_what_was_done_and_could_not_be_kept_is_not_done_again(table: Any, world: World) -> None:
    batch = [once("bug"), once("b")]
    assert fates(table.deliver(*batch)) == ["retry", "done"]
    assert fates(table.deliver(batch[0])) == ["retry"]
    assert (world.done, told(table)) == (["bug", "b"], ["B"])


def test_an_act_that_fails_is_in_doubt(table: Any, world: World) -> None:
    world.troubles["a"] = 1
    message = once("a")
    assert fates(table.deliver(message)) == ["retry"]
    assert noted(table) == {"a": (True, None)}


def test_where_there_is_nothing_to_do_nothing_is_noted(table: Any, world: World) -> None:
    assert fates(table.deliver(once("nothing"))) == ["done"]
    assert (world.done, told(table), noted(table)) == ([], [], {})


def test_the_same_message_twice_in_a_batch_is_done_once(table: Any, world: World) -> None:
    message = once("a")
    assert fates(table.deliver(message, message)) == ["done", "leave"]
    assert fates(table.deliver(message)) == ["done"]
    assert (world.done, told(table)) == (["a"], ["A"])


def test_two_messages_about_the_same_act_one_after_another(table: Any, world: World) -> None:
    one, other = once("a"), once("a")
    assert fates(table.deliver(one, other)) == ["done", "leave"]
    assert fates(table.deliver(other)) == ["done"]
    assert world.done == ["a", "a"]


def test_what_was_done_is_known_to_another_message_about_the_same(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ delays the first message, or has lost it."""
    die_at(world, monkeypatch, "b")
    with pytest.raises(Killed):
        table.deliver(once("a"), once("b"))
    assert fates(table.deliver(once("a"))) == ["done"]
    assert (world.done, told(table)) == (["a"], ["A"])


def test_the_end_of_the_last_act_is_noted_where_it_cannot_be_kept(table: Any, world: World) -> None:
    batch = [once("b"), once("bug")]
    assert fates(table.deliver(*batch)) == ["done", "retry"]
    assert noted(table) == {"bug": (True, b'"BUG"')}
    assert fates(table.deliver(batch[1])) == ["retry"]
    assert world.done == ["b", "bug"]


@pytest.mark.parametrize("failing", ["start", "end"])
def test_a_database_that_is_away_is_waited_for(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Only this thread knows how the side effect ended."""
    note, tries = getattr(effect_log, failing), []

    def noting(*given: Any) -> Any:
        tries.append(failing)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, ConnectionError("the database is away"))
        return note(*given)

    monkeypatch.setattr(effect_log, failing, noting)
    monkeypatch.setattr(recorded, "RETRY_PAUSE", 0)
    assert fates(table.deliver(once("bug"))) == ["retry"]
    assert noted(table) == {"bug": (True, b'"BUG"')}


def test_how_an_act_ended_is_remembered_until_it_can_be_noted(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, away, tries = (
        effect_log.end,
        OperationalError(None, None, ConnectionError("the database is away")),
        [],
    )

    def ending(*given: Any) -> None:
        tries.append(given)
        if len(tries) < 4:
            raise away
        end(*given)

    monkeypatch.setattr(effect_log, "end", ending)
    monkeypatch.setattr(recorded, "RETRY_PAUSE", 0.01)
    monkeypatch.setattr(recorded, "RETRY_SECONDS", 0)
    message = once("bug")
    fated = [fates(table.deliver(message)) for _ in range(5)]
    assert fated == [["retry"], ["leave"], ["leave"], ["retry"], ["retry"]]
    assert (len(tries), world.done, noted(table)) == (4, ["bug"], {"bug": (True, b'"BUG"')})


def test_the_rest_of_a_batch_does_not_ask_a_database_that_is_away(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def beginning(*given: Any) -> None:
        tries.append(given)
        raise OperationalError(None, None, ConnectionError("the database is away"))

    monkeypatch.setattr(effect_log, "start", beginning)
    monkeypatch.setattr(recorded, "RETRY_SECONDS", 0)
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["leave"] * 3
    assert (len(tries), world.done) == (1, [])


def test_it_is_not_waited_for_without_end(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noting(*_: Any) -> None:
        raise OperationalError("UPDATE", {}, ConnectionError("the database is away"))

    monkeypatch.setattr(effect_log, "start", noting)
    monkeypatch.setattr(recorded, "RETRY_PAUSE", 0.01)
    monkeypatch.setattr(recorded, "RETRY_SECONDS", 0.05)
    assert fates(table.deliver(once("a"), once("b"))) == ["retry", "retry"]
    assert world.done == []


def test_notes_of_messages_that_never_came_again_are_forgotten(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_at(world, monkeypatch, "a")
    with pytest.raises(Killed):
        table.deliver(once("a"))
    with table.engine.begin() as connection:
        inbox.forget(connection, utc_now() - timedelta(minutes=1))
    assert len(noted(table)) == 1
    with table.engine.begin() as connection:
        inbox.forget(connection, utc_now() + timedelta(minutes=1))
    assert noted(table) == {}


def test_what_is_claimed_together_is_not_taken_apart_where_the_database_is_away(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def claiming(items: Any, *_: Any) -> None:
        tries.append(len(items))
        raise OperationalError(None, None, ConnectionError("the database is away"))

    monkeypatch.setattr(steps, "claim", claiming)
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["leave"] * 3
    assert (tries, world.done) == ([3], [])


def test_of_what_is_claimed_one_by_one_no_more_is_held_than_one(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Load:
        def __init__(self, key: Any) -> None:
            self.key = key

    claim, touch, loads, alive = steps.claim, world.touch, [], []

    def claiming(items: Any, *more: Any) -> Any:
        if len(items) > 1:
            raise ConnectionError("not together")
        [claimed] = claim(items, *more)
        loaded = replace(claimed, task=Load(items[0].message.key))  # type: ignore[arg-type]
        loads.append(ref(loaded.task))  # type: ignore[union-attr]
        return [loaded]

    def touching(key: Any) -> Any:
        alive.append(sum(load() is not None for load in loads))
        return touch(key)

    monkeypatch.setattr(steps, "claim", claiming)
    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["done"] * 3
    assert alive == [1, 1, 1]
