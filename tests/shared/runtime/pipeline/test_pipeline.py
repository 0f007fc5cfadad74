"""Waiting messages share one transaction, and each is still handled by itself."""

import json
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.pipeline import outbox_writer
from shared.runtime.rabbitmq.delivery import DONE, Fate, receive
from tests.shared.runtime.rabbit_fixture import totals
from tests.toy.contracts import Added
from tests.toy.world import World
from tests.words import delivery, envelope


def add(key: Any, amount: Any = 1, **more: Any) -> Any:
    return delivery("toy.add", {"key": key, "amount": amount, **more})


def fates(verdicts: Any) -> Any:
    return [verdict.fate.value for verdict in verdicts]


def told(harness: Any) -> Any:
    return [(found.name, found.subject, found.sequence) for found in harness.outbox()]


@pytest.fixture
def commits(table: Any) -> Any:
    found = []
    event.listen(table.engine, "commit", found.append)
    return found


def test_a_batch_is_one_transaction(table: Any, commits: Any) -> None:
    assert table.deliver(*(add("a") for _ in range(20))) == [DONE] * 20
    assert len(commits) == 1
    assert totals(table.engine) == {"a": 20}


def test_a_poison_message_harms_none_of_its_neighbours(
    table: Any, commits: Any, world: World
) -> None:
    verdicts = table.deliver(add("a"), add("b", fail="bug"), add("a"), add("b"))
    assert fates(verdicts) == ["done", "retry", "done", "done"]
    assert len(commits) == 1
    assert totals(table.engine) == {"a": 2, "b": 1}
    assert world.seen == ["a", "b", "a", "b"]


def test_what_a_failed_handler_recorded_is_seen_by_nobody(table: Any) -> None:
    table.deliver(add("a", 5, fail="bug"), add("a"))
    assert totals(table.engine) == {"a": 1}
    assert [found.data["total"] for found in table.outbox()] == [1]


def test_a_failed_message_is_claimed_again_when_it_comes_back(table: Any, world: World) -> None:
    world.troubles["a"] = 1
    message = add("a")
    assert fates(table.deliver(message)) == ["retry"]
    assert fates(table.deliver(message)) == ["done"]
    assert totals(table.engine) == {"a": 1}


def test_when_the_common_write_fails_only_the_culprit_fails(table: Any) -> None:
    verdicts = table.deliver(add("a"), add("b", 1_000_000), add("c"), add("a"))
    assert fates(verdicts) == ["done", "retry", "done", "done"]
    assert totals(table.engine) == {"a": 2, "c": 1}
    assert told(table) == [
        ("toy.added", "a", "000000000001"),
        ("toy.added", "c", "000000000001"),
        ("toy.added", "a", "000000000002"),
    ]


def test_a_message_that_the_database_cannot_hold_harms_none_of_its_neighbours(table: Any) -> None:
    verdicts = table.deliver(add("a"), add("x" * 101 + "\0"), add("b"))
    assert [verdict.fate for verdict in (verdicts[0], verdicts[2])] == [Fate.DONE, Fate.DONE]
    assert totals(table.engine).items() >= {"a": 1, "b": 1}.items()


@pytest.mark.parametrize(
    ("fail", "fate", "error"),
    [
        ("bug", Fate.RETRY, ZeroDivisionError),
        ("never", Fate.BURY, Unprocessable),
        ("not_yet", Fate.RETRY, NotYet),
    ],
)
def test_the_kind_of_error_decides_what_becomes_of_a_message(
    table: Any, fail: str, fate: Any, error: Any
) -> None:
    verdict = table.deliver(add("a", fail=fail))[0]
    assert verdict.fate is fate
    assert isinstance(verdict.error, error)


def test_a_duplicate_in_a_batch_has_no_second_effect(table: Any) -> None:
    message = add("a")
    assert table.deliver(message, message, message) == [DONE] * 3
    assert totals(table.engine) == {"a": 1}


def test_a_duplicate_in_a_later_batch_has_no_second_effect(table: Any) -> None:
    message = add("a")
    table.deliver(message, add("a"))
    assert table.deliver(add("a"), message) == [DONE] * 2
    assert totals(table.engine) == {"a": 3}


def test_the_same_id_from_another_source_is_another_message(table: Any) -> None:
    one = envelope("toy.add", {"key": "a", "amount": 1})
    other = one.model_copy(update={"source": "/elsewhere"})
    table.deliver(receive(one.encode()), receive(other.encode()))
    assert totals(table.engine) == {"a": 2}


def test_a_duplicate_of_a_failed_message_in_one_batch_leaves_one_to_come_again(
    table: Any, world: World
) -> None:
    world.troubles["a"] = 1
    message = add("a")
    assert fates(table.deliver(message, message)) == ["retry", "done"]
    assert totals(table.engine) == {}
    assert fates(table.deliver(message)) == ["done"]
    assert totals(table.engine) == {"a": 1}


def test_a_refusal_is_told_and_keeps_nothing(table: Any) -> None:
    table.deliver(add("a", 13), add("a", 1))
    assert told(table) == [
        ("toy.add_refused", "a", "000000000001"),
        ("toy.added", "a", "000000000002"),
    ]
    assert totals(table.engine) == {"a": 1}


def test_the_sequence_of_a_subject_has_no_gap_whatever_fails_between(table: Any) -> None:
    table.deliver(add("a"), add("a", fail="bug"), add("b"), add("a"))
    table.deliver(add("a", 1_000_000), add("a"))
    table.deliver(add("a"), add("b"))
    numbers = {"a": [], "b": []}
    for found in table.outbox():
        numbers[found.subject].append(int(found.sequence))
    assert numbers == {"a": [1, 2, 3, 4], "b": [1, 2]}


def test_each_shop_counts_its_subjects_by_itself(table: Any) -> None:
    table.tell("toy.add", {"key": "a", "amount": 1}, shop="one")
    assert (
        table.tell("toy.add", {"key": "a", "amount": 1}, shop="two")[0].sequence == "000000000001"
    )


def test_an_event_says_what_caused_it(table: Any) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    cause = envelope(
        "toy.add", {"key": "a", "amount": 1}, traceparent=trace, shop="north", correlationid="walk"
    )
    table.deliver(receive(cause.encode()))
    found = table.outbox()[0]
    assert (found.causationid, found.correlationid, found.shop) == (cause.id, "walk", "north")
    assert found.traceparent != trace
    assert found.traceparent[:36] == trace[:36]
    assert found.source == "/aftercart/toy"


def test_the_first_message_of_a_walk_gives_it_its_correlation(table: Any) -> None:
    cause = envelope("toy.add", {"key": "a", "amount": 1})
    table.deliver(receive(cause.encode()))
    assert table.outbox()[0].correlationid == cause.id


def test_an_event_may_have_fields_that_we_do_not_know_at_any_depth(table: Any) -> None:
    data = {"key": "a", "weight": {"grams": 5, "measured_by": "scale 3"}, "colour": "blue"}
    assert table.deliver(delivery("toy.weighed", data)) == [DONE]
    assert totals(table.engine) == {"a": 5}


def test_a_command_may_not(table: Any) -> None:
    found = table.tell("toy.add", {"key": "a", "amount": 1, "colour": "blue"})[0]
    assert found.data["reason"] == "colour: There is no such field."
    assert totals(table.engine) == {}


def test_a_command_to_itself_leaves_through_its_own_queue(table: Any) -> None:
    found = table.tell("toy.add", {"key": "a", "amount": 1, "tidy": True})
    assert [message.name for message in found] == ["toy.added", "toy.tidy"]
    table.deliver(receive(found[1].encode()))
    assert totals(table.engine) == {"a": 0}


def test_unreadable_messages_are_buried_in_the_middle_of_a_batch(table: Any) -> None:
    verdicts = table.deliver(
        add("a"), receive(b"{"), receive(json.dumps({"type": 1}).encode()), add("a")
    )
    assert fates(verdicts) == ["done", "bury", "bury", "done"]
    assert totals(table.engine) == {"a": 2}


def test_a_batch_is_not_taken_apart_where_the_database_is_away(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def together(items: Any) -> None:
        tries.append(len(items))
        raise OperationalError(None, None, ConnectionError("the database is away"))

    monkeypatch.setattr(table.pipeline.transactions, "handle_together", together)
    add = {"key": "a", "amount": 1}
    verdicts = table.deliver(*(delivery("toy.add", add) for _ in range(3)))
    assert [verdict.fate for verdict in verdicts] == [Fate.LEAVE] * 3
    assert tries == [3]


def test_an_event_of_another_service_never_reaches_the_relay(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ would refuse it, and with it all events that the relay publishes."""
    monkeypatch.setattr(Added, "publishers", ("other",))
    verdict = table.deliver(add("a"))[0]
    assert verdict.fate is Fate.RETRY
    assert "toy may not publish 'toy.added'" in str(verdict.error)
    assert table.outbox() == []


def test_a_message_that_rabbitmq_would_refuse_for_its_size_holds_up_no_other(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ closes the connection of the relay, which would try again without end."""
    table.deliver(add("long"))
    monkeypatch.setattr(outbox_writer, "MAX_MESSAGE", len(table.outbox()[0].encode()) + 50)
    verdicts = table.deliver(add("l" * 99), add("a"))
    assert fates(verdicts) == ["bury", "done"]
    assert "'toy.added' would have 0.0 MB" in str(verdicts[0].error)
    assert totals(table.engine) == {"long": 1, "a": 1}
