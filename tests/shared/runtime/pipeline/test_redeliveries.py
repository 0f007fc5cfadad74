"""Redelivered messages are handled alone; one that its process dies of is buried."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shared.runtime.pipeline import redeliveries
from shared.runtime.pipeline.redeliveries import MAX_DEATHS
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.storage import message_tables, redelivered
from shared.runtime.storage.database import reading
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import totals
from tests.words import delivery


class Killed(BaseException):
    """The process dies here."""


def add(key: str = "a", *, again: bool = True, fail: str = "") -> Delivery:
    made = delivery("toy.add", {"key": key, "amount": 1, "fail": fail})
    return replace(made, redelivered=again)


def records(table: Any) -> list[int]:
    with reading(table.engine) as connection:
        return [row.starts for row in connection.execute(select(message_tables.redelivered))]


@pytest.fixture
def batches(table: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[Delivery]]:
    """The batches that the pipeline handles. A message with the key `kills` ends the process."""
    seen: list[list[Delivery]] = []
    usual = table.pipeline.redeliveries._process

    def process(deliveries: Any) -> Any:
        seen.append(list(deliveries))
        for each in deliveries:
            if each.envelope.data["key"] == "kills":
                raise Killed
        return usual(deliveries)

    monkeypatch.setattr(table.pipeline.redeliveries, "_process", process)
    return seen


def test_redelivered_messages_are_handled_one_by_one_before_the_others(
    table: Any, batches: Any
) -> None:
    again, first = [add("a"), add("b")], [add("a", again=False) for _ in range(3)]
    verdicts = table.deliver(*again, *first)
    assert verdicts == [DONE] * 5
    assert batches == [[again[0]], [again[1]], first]
    assert totals(table.engine) == {"a": 4, "b": 1}
    assert records(table) == []


def test_messages_of_a_first_delivery_leave_no_record_and_read_none(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redeliveries, "redelivered", None)  # any use of the table would fail
    assert table.deliver(add(again=False), add(again=False)) == [DONE] * 2


def test_a_message_that_its_process_dies_of_is_buried_and_the_next_is_handled(
    table: Any, batches: Any
) -> None:
    killer, innocent = add("kills"), add("a")
    for death in range(MAX_DEATHS):
        with pytest.raises(Killed):
            table.deliver(killer, innocent)
        assert records(table) == [death + 1]
    buried, done = table.deliver(killer, innocent)
    assert (buried.fate, done) == (Fate.BURY, DONE)
    assert "died 3 times while it handled this message alone" in str(buried.error)
    assert totals(table.engine) == {"a": 1}
    assert records(table) == []  # a replay begins anew


@pytest.mark.parametrize("fail", ["", "bug", "never", "not_yet"])
def test_a_message_that_is_returned_or_fails_collects_no_deaths(table: Any, fail: str) -> None:
    message = add(fail=fail)
    for _ in range(MAX_DEATHS + 2):
        (verdict,) = table.deliver(message)
        assert "died" not in str(verdict.error)
    assert records(table) == []


def test_two_messages_under_suspicion_are_never_handled_at_the_same_time(
    table: Any, world: Any, batches: Any
) -> None:
    slow, killer = add("slow"), add("kills")
    table.engine.dispose()
    for message in (slow, killer):
        with table.engine.begin() as connection:
            digest = redelivered.digest_of(message.body)
            redelivered.start(connection, digest, table.pipeline.redeliveries.clock())
    gate = world.shut("slow")
    first = threading.Thread(target=table.deliver, args=[slow], daemon=True)
    first.start()
    gate.entered.wait(FAR)
    deaths: list[BaseException] = []

    def deliver_killer() -> None:
        try:
            table.deliver(killer)
        except Killed as death:
            deaths.append(death)

    second = threading.Thread(target=deliver_killer, daemon=True)
    second.start()
    until(redeliveries._suspect_lock.locked)
    second.join(0.3)
    assert not deaths
    gate.opened.set()
    first.join()
    second.join()
    assert len(deaths) == 1
    assert records(table) == [2]  # of the killer only


def test_slow_messages_leave_the_rest_to_the_next_batch(
    table: Any, batches: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redeliveries, "MAX_RUN_SECONDS", 0)
    verdicts = table.deliver(add("a"), add("b"), add("c", again=False))
    assert [verdict.fate for verdict in verdicts] == [Fate.DONE, Fate.LEAVE, Fate.LEAVE]
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (OperationalError(None, None, ConnectionError("the database is away")), Fate.LEAVE),
        (ZeroDivisionError(), Fate.RETRY),
    ],
)
def test_where_no_record_can_be_written_nothing_is_handled(
    table: Any, batches: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, fate: Fate
) -> None:
    def start(*_: Any) -> None:
        raise error

    monkeypatch.setattr(redelivered, "start", start)
    verdicts = table.deliver(add("a"), add("b"))
    assert verdicts[0] == Verdict(fate, error)
    assert verdicts[1].fate is Fate.LEAVE
    assert batches == []
