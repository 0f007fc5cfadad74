"""The outbox is published in order per subject, and every row is retried. RabbitMQ is a function
that refuses.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from shared.contracts.envelope import decode
from shared.runtime.clock import utc_now
from shared.runtime.pipeline import lanes, relay, upkeep
from shared.runtime.pipeline.lanes import waves
from shared.runtime.pipeline.relay import Relay, Round
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.storage import inbox, inbox_periods, message_tables, outbox, schedule
from shared.runtime.storage.database import reading
from tests.conditions import FAR, until
from tests.words import delivery

SIZES = st.sampled_from([0, lanes.MAX_WAVE_BYTES // 2, lanes.MAX_WAVE_BYTES, 10**9])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), SIZES)))
def test_a_wave_holds_one_of_each_subject_and_waves_keep_the_order(given: Any) -> None:
    rows = []
    for number, (subject, size) in enumerate(given):
        rows.append(SimpleNamespace(number=number, subject=subject, body=range(size)))
    found = list(waves(rows))
    assert sorted(row.number for wave in found for row in wave) == list(range(len(rows)))
    for subject in {row.subject for row in rows} - {None}:
        assert all([row.subject for row in wave].count(subject) <= 1 for wave in found)
        numbers = [row.number for wave in found for row in wave if row.subject == subject]
        assert numbers == sorted(numbers)
    for wave in found:
        assert len(wave) == 1 or sum(len(row.body) for row in wave) <= lanes.MAX_WAVE_BYTES


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1))
def test_small_rows_take_as_many_waves_as_the_longest_lane(subjects: Any) -> None:
    rows = []
    for number, subject in enumerate(subjects):
        rows.append(SimpleNamespace(number=number, subject=subject, body=b""))
    counts = Counter(subject for subject in subjects if subject is not None)
    assert len(list(waves(rows))) == max(counts.values(), default=1)


class Carrier:
    """Takes messages, but refuses each id a given number of times."""

    def __init__(self) -> None:
        self.taken = []
        self.refusals = Counter()
        self.answer = Outcome.REFUSED

    def publish(self, messages: Any) -> Any:
        outcomes = []
        for message in messages:
            name = decode(message.body).data.get("total")
            if self.refusals[name]:
                self.refusals[name] -= 1
                outcomes.append(self.answer)
            else:
                self.taken.append((message.exchange, message.routing_key, name))
                outcomes.append(Outcome.CONFIRMED)
        return outcomes


class Unwoken:
    """Leases of a process that no other wakes."""

    woken = False

    def fileno(self) -> None:
        return None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FAILURE_PAUSE", 0.01)
    monkeypatch.setattr(relay, "POLL", 0.01)
    monkeypatch.setattr(lanes, "FIRST_BACKOFF", 0.01)


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def sender(table: Any, carrier: Carrier) -> Iterator[Relay]:
    """The relay of events."""
    found = Relay("toy", table.engine, carrier.publish)
    yield found
    found.stop()


@pytest.fixture
def replier(table: Any, carrier: Carrier) -> Iterator[Relay]:
    """The relay of replies."""
    found = Relay("toy", table.engine, carrier.publish, replies=True)
    yield found
    found.stop()


def add(key: Any, amount: Any = 1, **more: Any) -> Any:
    attributes = {"replyto": more.pop("replyto")} if "replyto" in more else {}
    return delivery("toy.add", {"key": key, "amount": amount, **more}, **attributes)


def forward(sender: Relay, connection: Any) -> int:
    return sender.forward(connection, sender.partitions).published


def waiting(table: Any) -> Any:
    with reading(table.engine) as connection:
        return message_tables.backlog(connection)["outbox"]


def test_everything_leaves_by_its_own_exchange_and_nothing_stays(
    table: Any, carrier: Carrier, sender: Relay, replier: Relay
) -> None:
    table.deliver(add("a", tidy=True, replyto="client.r"))
    sender.start()
    replier.start()
    until(lambda: waiting(table) == 0)
    assert sorted(carrier.taken, key=str) == [
        ("aftercart.events", "toy.added", 1),
        ("aftercart.replies", "client.r", None),
        ("toy.self", "toy", None),
    ]


@pytest.mark.parametrize(
    ("last", "woken", "gathers"),
    [
        (Round(1, more=False), True, True),
        (Round(1, more=False), False, False),
        (Round(1, more=True), True, False),
    ],
)
def test_where_commits_come_faster_than_rounds_they_leave_together(
    sender: Relay, monkeypatch: pytest.MonkeyPatch, last: Round, woken: bool, gathers: bool
) -> None:
    pauses = []
    monkeypatch.setattr(sender._stopping, "wait", pauses.append)
    if woken:
        sender.wake()
    sender._rest(last, time.monotonic(), Unwoken())  # type: ignore[arg-type]
    assert [0 < pause <= relay.GATHER for pause in pauses] == [True] * gathers


def test_a_refused_event_holds_back_its_own_subject_only(
    table: Any, carrier: Carrier, sender: Relay
) -> None:
    table.deliver(*(add("a", 10) for _ in range(3)), add("b", 5), add("b", 5))
    carrier.refusals[20] = 1  # the second event of `a`
    with table.engine.connect() as connection:
        assert forward(sender, connection) == 3
        assert [total for _, _, total in carrier.taken] == [10, 5, 10]
        assert until(lambda: forward(sender, connection)) == 2
    assert [total for _, _, total in carrier.taken][3:] == [20, 30]


def test_what_is_refused_again_and_again_holds_up_nobody_behind_it(
    table: Any, carrier: Carrier, sender: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 3)
    table.deliver(
        *(add(f"refused {number}", 10) for number in range(9)), *(add("a", 7) for _ in range(9))
    )
    carrier.refusals[10] = 10**6
    sender.start()
    until(
        lambda: [total for _, _, total in carrier.taken] == [7 * number for number in range(1, 10)]
    )


def test_what_is_refused_is_tried_more_and_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FIRST_BACKOFF", 1.0)
    backoff, now = lanes.Backoff(), [0.0]
    monkeypatch.setattr(lanes.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    waits = []
    for _ in range(8):
        backoff.begin("a")
        began = now[0]
        while "a" in backoff.lanes():
            now[0] += 0.5
        waits.append(now[0] - began)
    assert waits == [1, 2, 4, 5, 5, 5, 5, 5]
    backoff.end("a")
    backoff.begin("a")
    now[0] += 1
    assert backoff.lanes() == set()


@pytest.mark.parametrize(
    "answer", [Outcome.REFUSED, Outcome.UNKNOWN, Outcome.RETURNED, Outcome.BLOCKED]
)
def test_an_event_is_never_given_up(
    table: Any, carrier: Carrier, sender: Relay, answer: Any
) -> None:
    table.deliver(add("a", 10))
    carrier.refusals[10], carrier.answer = 7, answer
    sender.start()
    until(lambda: waiting(table) == 0)
    assert len(carrier.taken) == 1


@pytest.mark.parametrize("answer", [Outcome.RETURNED, Outcome.REFUSED])
def test_a_reply_that_nobody_waits_for_or_has_room_for_is_dropped(
    table: Any, carrier: Carrier, sender: Relay, replier: Relay, answer: Any
) -> None:
    table.deliver(add("a", 10, replyto="client.gone"))
    carrier.refusals[None], carrier.answer = 99, answer
    sender.start()
    replier.start()
    until(lambda: waiting(table) == 0)
    assert carrier.taken == [("aftercart.events", "toy.added", 10)]


def test_a_reply_that_is_never_confirmed_holds_up_no_event(
    table: Any, carrier: Carrier, sender: Relay, replier: Relay
) -> None:
    """A client's queues may be slow without limit."""
    asked, confirmed = threading.Event(), threading.Event()

    def confirm_late(messages: Any) -> Any:
        asked.set()
        confirmed.wait(FAR)
        return carrier.publish(messages)

    replier.publish = confirm_late
    replier.start()
    table.deliver(add("a", replyto="client.slow"))
    assert asked.wait(FAR)
    sender.start()
    table.deliver(add("a"), add("b"))
    until(lambda: waiting(table) == 1)
    assert len(carrier.taken) == 3
    confirmed.set()
    until(lambda: waiting(table) == 0)


@pytest.mark.parametrize("answer", [Outcome.UNKNOWN, Outcome.BLOCKED])
def test_a_reply_of_which_rabbitmq_said_nothing_is_kept(
    table: Any, carrier: Carrier, sender: Relay, replier: Relay, answer: Any
) -> None:
    table.deliver(add("a", 10, replyto="client.r"))
    carrier.refusals[None], carrier.answer = 3, answer
    sender.start()
    replier.start()
    until(lambda: waiting(table) == 0)
    assert ("aftercart.replies", "client.r", None) in carrier.taken


def test_a_database_that_fails_for_a_while_does_not_end_the_relay(
    table: Any, carrier: Carrier, sender: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    fire, failures = schedule.move_due, iter([True] * 3)

    def fail_at_first(*arguments: Any) -> Any:
        if next(failures, False):
            raise ConnectionError("the database is not there")
        return fire(*arguments)

    monkeypatch.setattr(schedule, "move_due", fail_at_first)
    table.deliver(add("late", later=0.01), add("a"))
    sender.start()
    until(lambda: waiting(table) == 0 and len(carrier.taken) == 2)
    assert sender.is_alive()


def test_while_rows_cannot_be_removed_they_are_published_once(
    table: Any, carrier: Carrier, sender: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of the database is full."""
    remove, failures = outbox.remove, iter([True] * 3)

    def fail_at_first(*arguments: Any) -> None:
        if next(failures, False):
            raise OSError("no space left on device")
        remove(*arguments)

    monkeypatch.setattr(outbox, "remove", fail_at_first)
    table.deliver(add("a"), add("b"))
    sender.start()
    until(lambda: waiting(table) == 0)
    assert len(carrier.taken) == 2
    assert sender._published == set()


def test_old_claims_are_forgotten_a_few_at_a_time_until_none_is_left(
    table: Any, carrier: Carrier, sender: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "SWEEP", 10)
    table.deliver(*(add("old") for _ in range(35)))
    # the last day of the periods in which they may be
    late = upkeep.RETENTION + timedelta(days=inbox_periods.DAYS) + inbox_periods.OVERLAP
    sender.upkeep.clock = lambda: utc_now() + late
    sender.start()
    until(lambda: claims(table) == 0)


def test_young_claims_are_kept(table: Any, carrier: Carrier, sender: Relay) -> None:
    table.deliver(add("young"))
    sender.upkeep.clock = lambda: utc_now() + upkeep.RETENTION - timedelta(hours=1)
    sender.start()
    until(lambda: waiting(table) == 0)
    assert claims(table) == 1


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
def test_forgetting_takes_no_more_than_it_is_told(table: Any) -> None:
    table.deliver(*(add("old") for _ in range(35)))
    with table.engine.begin() as connection:
        assert inbox.forget(connection, utc_now() + timedelta(hours=1), 10) == 10
    assert claims(table) == 25


def claims(table: Any) -> int:
    columns = message_tables.inbox.c
    query = select(columns.source, columns.id).distinct()  # a claim may be in two periods
    with reading(table.engine) as connection:
        return len(connection.execute(query).all())
