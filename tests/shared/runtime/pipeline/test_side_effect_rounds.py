"""Side effects that must not be repeated and run several at the same time."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from shared.runtime.pipeline.side_effects import log as effect_log, recorded
from tests.conditions import until
from tests.shared.runtime.pipeline.test_side_effect_log import (
    Killed,
    die_at,
    fates,
    noted,
    once,
    told,
)
from tests.toy.service import toy
from tests.toy.world import World
from tests.words import ServiceHarness

KIND = "aftercart.toy.act_once.v1"


@pytest.fixture(autouse=True)
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    handlings: Any = toy.handlings
    monkeypatch.setitem(handlings, KIND, replace(handlings[KIND], at_once=lambda _world: 2))


def test_a_round_runs_at_the_same_time_and_starts_with_one_statement(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, touch = threading.Barrier(2, timeout=60), world.touch
    start, starts = effect_log.start, []

    def touching(key: str) -> str:
        together.wait()
        return touch(key)

    def starting(engine: Any, holder: Any, subjects: Any, ended: Any = ()) -> Any:
        starts.append(([key for _, key in subjects], sorted(each.outcome for each in ended)))
        return start(engine, holder, subjects, ended)

    monkeypatch.setattr(world, "touch", touching)
    monkeypatch.setattr(effect_log, "start", starting)
    assert fates(table.deliver(*map(once, "abcd"))) == ["done"] * 4
    assert sorted(world.done[:2]) == ["a", "b"]
    assert sorted(told(table)) == ["A", "B", "C", "D"]
    first, second = ["default/a", "default/b"], ["default/c", "default/d"]
    assert starts == [(first, []), (second, [b'"A"', b'"B"'])]
    assert noted(table) == {}


def test_after_a_kill_one_round_is_in_doubt_and_the_next_is_not(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = list(map(once, "abcde"))
    die_at(world, monkeypatch, "d")
    with pytest.raises(Killed):
        table.deliver(*batch)
    found = noted(table)
    assert [found[key] for key in "abe"] == [(True, b'"A"'), (True, b'"B"'), (False, None)]
    assert [found[key] for key in "cd"] == [(True, None)] * 2
    world.claims.clear()
    assert fates(table.deliver(*batch)) == ["done"] * 5
    assert world.claims == [("c", "first"), ("d", "first"), ("e", "again")]
    assert noted(table) == {}


def test_an_outcome_is_recorded_while_another_of_its_round_is_slow(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "MAX_STORE_DELAY", 0.01)
    slow, verdicts = world.shut("b"), []
    batch = threading.Thread(
        target=lambda: verdicts.extend(table.deliver(once("a"), once("b"))), daemon=True
    )
    batch.start()
    assert slow.entered.wait(60)
    until(lambda: noted(table)["a"] == (True, b'"A"'))
    assert noted(table)["b"] == (True, None)
    slow.opened.set()
    batch.join(60)
    assert (fates(verdicts), sorted(told(table))) == (["done"] * 2, ["A", "B"])


def test_of_a_round_only_those_start_that_nobody_else_claimed(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    faster = ServiceHarness(toy, table.engine, world)
    batch, touch = list(map(once, "abcd")), world.touch

    def touching(key: str) -> str:
        if key == "a":
            assert fates(faster.deliver(batch[2])) == ["done"]
        return touch(key)

    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(*batch)) == ["done", "done", "retry", "done"]
    assert sorted(world.done) == ["a", "b", "c", "d"]


def test_a_side_effect_that_fails_disturbs_no_other_of_its_round(table: Any, world: World) -> None:
    world.troubles["a"] = 1
    assert fates(table.deliver(*map(once, "abc"))) == ["retry", "done", "done"]
    assert noted(table) == {"a": (True, None)}
