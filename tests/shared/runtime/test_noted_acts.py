"""Acts that must not be repeated: claimed together, noted one by one, kept together."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.runtime import acts, journal, turns
from shared.runtime.clock import utc_now
from shared.runtime.database import reading
from tests.conditions import until
from tests.shared.runtime.ground import envelope as sent, working
from tests.toy.service import toy
from tests.words import Desk, delivery


class Killed(BaseException):
    """The process ends here."""


def once(key="a"):
    return delivery("toy.act_once", {"key": key})


def fates(verdicts):
    return [verdict.fate.value for verdict in verdicts]


def told(table):
    return [found.data["key"] for found in table.outbox() if found.name == "toy.added"]


def noted(table):
    with reading(table.engine) as connection:
        rows = connection.execute(select(journal.acts)).all()
    return {row.id: (row.begun, row.outcome) for row in rows}


def die_at(world, monkeypatch, key):
    """The process that does the act of `key` is killed: before it comes back."""
    touch = world.touch

    def touching(found):
        if found == key:
            monkeypatch.setattr(world, "touch", touch)
            raise Killed
        return touch(found)

    monkeypatch.setattr(world, "touch", touching)


def test_a_batch_is_claimed_done_and_kept(table, world, monkeypatch):
    kept, touch = [], world.touch
    monkeypatch.setattr(world, "touch", lambda key: kept.append(len(told(table))) or touch(key))
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["done"] * 3
    assert (world.done, told(table)) == (["a", "b", "c"], ["A", "B", "C"])
    assert world.claims == [("a", "first"), ("b", "first"), ("c", "first")]
    assert kept == [0, 0, 0]
    assert noted(table) == {}


def test_slow_acts_are_kept_one_by_one(table, world, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_HOLD", 0)
    kept, touch = [], world.touch
    monkeypatch.setattr(world, "touch", lambda key: kept.append(len(told(table))) or touch(key))
    assert fates(table.deliver(once("a"), once("b"), once("c"))) == ["done"] * 3
    assert kept == [0, 1, 2]


def test_after_a_kill_one_is_in_doubt_and_the_others_are_not(table, world, monkeypatch):
    batch = [once("a"), once("b"), once("c")]
    die_at(world, monkeypatch, "b")
    with pytest.raises(Killed):
        table.deliver(*batch)
    assert (world.done, told(table)) == (["a"], [])
    assert [noted(table)[message.envelope.id] for message in batch] == [(True, b'"A"'), (True, None), (False, None)]
    world.claims.clear()
    assert fates(table.deliver(*batch)) == ["done"] * 3
    assert world.claims == [("b", "first"), ("c", "again")]  # that b may have been done, its handler must know itself
    assert (world.done, told(table)) == (["a", "b", "c"], ["A", "B", "C"])
    assert noted(table) == {}


def test_who_was_overtaken_does_not_begin(table, world, monkeypatch):
    """RabbitMQ delivers a second copy of what is claimed, but not begun: to a worker that is faster."""
    faster = Desk(toy, table.engine, world)
    batch, touch, verdicts = [once("a"), once("b")], world.touch, []

    def touching(key):
        monkeypatch.setattr(world, "touch", touch)
        verdicts.extend(faster.deliver(batch[1]))
        return touch(key)

    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(*batch)) == ["done", "retry"]
    assert fates(verdicts) == ["done"]
    assert world.done == ["b", "a"]
    assert fates(table.deliver(batch[1])) == ["done"]
    assert (world.done, sorted(told(table))) == (["b", "a"], ["A", "B"])


def test_what_another_has_begun_is_not_begun_again(table, world, monkeypatch):
    other, batch, touch = Desk(toy, table.engine, world), [once("a"), once("b")], world.touch

    def touching(key):
        die_at(world, monkeypatch, "b")
        with pytest.raises(Killed):
            other.deliver(batch[1])
        return touch(key)

    monkeypatch.setattr(world, "touch", touching)
    assert fates(table.deliver(*batch)) == ["done", "retry"]
    assert world.done == ["a"]


def test_what_there_is_no_time_for_is_left_and_free(table, world, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_TURN", 0)
    batch = [once("a"), once("b")]
    assert fates(table.deliver(*batch)) == ["done", "leave"]
    assert fates(table.deliver(batch[1])) == ["done"]
    assert world.claims == [("a", "first"), ("b", "first"), ("b", "again")]


def test_what_is_left_is_done_next(ground, database, world, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_TURN", 0)
    ground.send(*(sent("toy.act_once", {"key": key}) for key in "abc"))
    with working(ground, database, world):
        until(lambda: world.done == ["a", "b", "c"])
    assert ground.depth("toy") == 0


def test_a_claim_that_cannot_be_written_disturbs_no_neighbour(table, world):
    assert fates(table.deliver(once("a"), once("full"), once("b"))) == ["done", "retry", "done"]
    assert (world.done, told(table)) == (["a", "b"], ["A", "B"])


def test_what_cannot_be_noted_is_not_done(table, world, monkeypatch):
    batch, begin = [once("a"), once("b"), once("c")], acts.begin

    def beginning(engine, holder, key, *ended):
        if key[1] == batch[1].envelope.id:
            raise ConnectionError("the database is away")
        return begin(engine, holder, key, *ended)

    monkeypatch.setattr(acts, "begin", beginning)
    assert fates(table.deliver(*batch)) == ["done", "retry", "done"]
    assert (world.done, told(table)) == (["a", "c"], ["A", "C"])


def test_what_was_done_and_could_not_be_kept_is_not_done_again(table, world):
    batch = [once("bug"), once("b")]
    assert fates(table.deliver(*batch)) == ["retry", "done"]
    assert fates(table.deliver(batch[0])) == ["retry"]
    assert (world.done, told(table)) == (["bug", "b"], ["B"])


def test_an_act_that_fails_is_in_doubt(table, world):
    world.troubles["a"] = 1
    message = once("a")
    assert fates(table.deliver(message)) == ["retry"]
    assert noted(table)[message.envelope.id] == (True, None)


def test_where_there_is_nothing_to_do_nothing_is_noted(table, world):
    assert fates(table.deliver(once("nothing"))) == ["done"]
    assert (world.done, told(table), noted(table)) == ([], [], {})


def test_the_same_message_twice_in_a_batch_is_done_once(table, world):
    message = once("a")
    assert fates(table.deliver(message, message)) == ["done", "leave"]
    assert fates(table.deliver(message)) == ["done"]
    assert (world.done, told(table)) == (["a"], ["A"])


def test_notes_of_messages_that_never_came_again_are_forgotten(table, world, monkeypatch):
    die_at(world, monkeypatch, "a")
    with pytest.raises(Killed):
        table.deliver(once("a"))
    with table.engine.begin() as connection:
        journal.forget(connection, utc_now() - timedelta(minutes=1))
    assert len(noted(table)) == 1
    with table.engine.begin() as connection:
        journal.forget(connection, utc_now() + timedelta(minutes=1))
    assert noted(table) == {}
