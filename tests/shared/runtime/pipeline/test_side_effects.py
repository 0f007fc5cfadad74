"""Side effects: claimed in a transaction of their own, run with none open, then stored and
published.
"""

from typing import Any

import pytest
from sqlalchemy import event

from shared.contracts.envelope import decode
from shared.runtime.pipeline.side_effects import runner
from shared.runtime.rabbitmq.delivery import Fate, receive
from shared.runtime.weight import Weight
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope as sent, totals, working
from tests.toy.world import World
from tests.words import delivery, envelope


def act(key: Any = "a", **attributes: Any) -> Any:
    return delivery("toy.act", {"key": key}, **attributes)


def test_an_act_is_done_between_claim_and_telling(table: Any, world: World) -> None:
    table.deliver(act())
    assert world.done == ["a"]
    assert totals(table.engine) == {"a": 1}
    assert [(found.name, found.data) for found in table.outbox()] == [
        ("toy.added", {"key": "A", "total": 1})
    ]


def test_no_transaction_is_open_while_the_world_is_touched(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones: list[Any] = []
    event.listen(table.engine, "begin", open_ones.append)
    event.listen(table.engine, "commit", lambda connection: open_ones.pop())
    event.listen(table.engine, "rollback", lambda connection: open_ones.pop())
    touch, seen = world.touch, []
    monkeypatch.setattr(world, "touch", lambda key: seen.append(len(open_ones)) or touch(key))
    table.deliver(act())
    table.ask("toy.probe", {"key": "a"})
    assert seen == [0, 0]


def test_a_query_with_an_act_is_bulk_work_and_answers_its_asker_only(
    table: Any, world: World
) -> None:
    table.tell("toy.add", {"key": "a", "amount": 7})
    outbox = table.outbox()
    asked = delivery("toy.probe", {"key": "a"}, replyto="test.reply")
    for _ in range(2):  # asked again, it answers again
        assert table.deliver(asked)[0].fate is Fate.DONE
        assert decode(table.answers.pop().body).data == {"key": "A", "total": 7}
    assert table.outbox() == outbox
    assert table.service.weight_of("aftercart.toy.probe.v1") is Weight.BULK
    world.troubles["a"] = 1
    assert table.deliver(asked)[0].fate is Fate.RETRY
    assert table.answers == []


def test_a_failed_act_is_tried_again_and_keeps_its_claim(table: Any, world: World) -> None:
    world.troubles["a"] = 1
    message = act()
    assert table.deliver(message)[0].fate is Fate.RETRY
    assert totals(table.engine) == {"a": 1}
    assert table.outbox() == []
    assert table.deliver(message)[0].fate is Fate.DONE
    assert (world.done, totals(table.engine)) == (["a"], {"a": 2})


def test_what_was_done_is_not_done_again(table: Any, world: World) -> None:
    message = act()
    table.deliver(message)
    table.deliver(message)
    assert world.done == ["a"]
    assert totals(table.engine) == {"a": 1}
    assert len(table.outbox()) == 1


def test_the_same_message_twice_in_a_batch_is_done_once(table: Any, world: World) -> None:
    message = act()
    table.deliver(message, message)
    assert world.done == ["a"]


def test_where_there_is_nothing_to_do_nothing_is_done_and_told(table: Any, world: World) -> None:
    assert table.deliver(act("nothing"))[0].fate is Fate.DONE
    assert world.done == []
    assert table.outbox() == []


def test_a_repeated_act_is_answered(table: Any) -> None:
    message = receive(envelope("toy.act", {"key": "a"}, replyto="client.r").encode())
    table.deliver(message)
    table.deliver(message)
    assert [found.data["repeated"] for found in table.outbox() if found.name == "command.done"] == [
        False,
        True,
    ]


@pytest.mark.parametrize("size", [1, 3])
def test_each_act_is_kept_before_the_next_is_done(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    told, touch = [], world.touch
    monkeypatch.setattr(world, "touch", lambda key: told.append(len(table.outbox())) or touch(key))
    table.deliver(*(act(str(number)) for number in range(size)))
    assert told == list(range(size))


def fates(verdicts: Any) -> Any:
    return [verdict.fate.value for verdict in verdicts]


def test_a_claim_that_fails_disturbs_no_neighbour(table: Any, world: World) -> None:
    assert fates(table.deliver(act("a"), act("held"), act("b"))) == ["done", "retry", "done"]
    assert world.done == ["a", "b"]
    assert totals(table.engine) == {"a": 1, "b": 1}


def test_a_claim_that_cannot_be_written_disturbs_no_neighbour(table: Any, world: World) -> None:
    table.deliver(
        delivery("toy.add", {"key": "full", "amount": 999_999})
    )  # no claim more fits into the table
    assert fates(table.deliver(act("a"), act("full"), act("b"))) == ["done", "retry", "done"]
    assert world.done == ["a", "b"]
    assert [found.data["key"] for found in table.outbox()] == ["full", "A", "B"]


def test_a_question_is_answered_before_anything_is_done(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, touch = [], world.touch
    monkeypatch.setattr(
        world, "touch", lambda key: answered.append(len(table.answers)) or touch(key)
    )
    assert fates(table.deliver(act("a"), delivery("service.health", {}, replyto="client.r"))) == [
        "done",
        "done",
    ]
    assert answered == [1]


def test_what_there_is_no_time_for_is_left_unclaimed(
    table: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_RUN_SECONDS", 0)
    assert fates(table.deliver(*map(act, "abc"))) == ["done", "leave", "leave"]
    assert (world.done, totals(table.engine)) == (["a"], {"a": 1})


def test_what_is_left_is_done_next(
    rabbitmq: RabbitFixture, database: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_RUN_SECONDS", 0)
    rabbitmq.send(*(sent("toy.act", {"key": key}) for key in "abc"))
    with working(rabbitmq, database, world) as process:
        until(lambda: world.done == ["a", "b", "c"])
        until(lambda: totals(process.engine) == {"a": 1, "b": 1, "c": 1})
    assert rabbitmq.depth("toy") == 0


def test_an_act_with_wrong_data_is_refused_and_not_done(table: Any, world: World) -> None:
    table.deliver(delivery("toy.act", {"key": 5}))
    assert world.done == []
    assert [found.name for found in table.outbox()] == ["toy.act_refused"]


def test_acts_and_other_messages_share_a_batch(table: Any, world: World) -> None:
    fine, failing = {"key": "b", "amount": 1}, {"key": "b", "amount": 1, "fail": "bug"}
    verdicts = table.deliver(delivery("toy.add", fine), act(), delivery("toy.add", failing))
    assert [verdict.fate for verdict in verdicts] == [Fate.DONE, Fate.DONE, Fate.RETRY]
    assert totals(table.engine) == {"a": 1, "b": 1}
