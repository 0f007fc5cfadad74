"""Relays of several processes share the outbox: each event is published once, in order per subject,
also while relays come and go.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from shared.contracts.envelope import decode
from shared.runtime.pipeline import relay
from shared.runtime.pipeline.relay import Relay
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.storage import leases, message_tables, outbox
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import stays, until
from tests.words import delivery

SUBJECTS = [f"k{number}" for number in range(12)]


class Recorder:
    """RabbitMQ that confirms everything, late, and remembers the sequence by subject."""

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = defaultdict(list)
        self._lock = threading.Lock()

    def publish(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        for message in messages:
            event = decode(message.body)
            with self._lock:
                self.seen[str(event.subject)].append(int(event.sequence or 0))
        time.sleep(0.005)  # the row is deleted only after the confirm
        return [Outcome.CONFIRMED] * len(messages)

    def count(self) -> int:
        return sum(map(len, self.seen.values()))


class Crowd:
    """Relays of processes with engines of their own."""

    def __init__(self, url: str, recorder: Recorder) -> None:
        self.url, self.recorder = url, recorder
        self.relays: list[Relay] = []

    def join(self) -> Relay:
        engine = engine_for(self.url)
        found = Relay("toy", engine, self.recorder.publish)
        self.relays.append(found)
        found.start()
        return found

    def leave(self, one: Relay) -> None:
        self.relays.remove(one)
        one.stop()
        one.engine.dispose()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL", 0.01)
    monkeypatch.setattr(relay, "BALANCE_UNSETTLED", 0.01)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def crowd(table: Any, either_database: str, recorder: Recorder) -> Iterator[Crowd]:
    found = Crowd(either_database, recorder)
    yield found
    for one in list(found.relays):
        found.leave(one)


def is_empty(table: Any) -> bool:
    with reading(table.engine) as connection:
        return not message_tables.backlog(connection)["outbox"]


def add_while_relays_come_and_go(table: Any, crowd: Crowd) -> None:
    for number in range(12):
        table.deliver(*(delivery("toy.add", {"key": key, "amount": 1}) for key in SUBJECTS * 2))
        if number % 3 == 2:
            crowd.leave(crowd.relays[0])
        else:
            crowd.join()
        until(lambda: any(one.held for one in crowd.relays))
    until(lambda: is_empty(table))


def test_each_event_is_published_once_and_in_order_while_relays_come_and_go(
    table: Any, crowd: Crowd, recorder: Recorder
) -> None:
    add_while_relays_come_and_go(table, crowd)
    assert recorder.seen == {key: list(range(1, 25)) for key in SUBJECTS}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_two_relays_on_one_partition_would_be_noticed(
    table: Any, crowd: Crowd, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test before."""

    def hold_all(own: Any) -> bool:
        own.held = tuple(own.partitions)
        return True

    monkeypatch.setattr(leases._AdvisoryLeases, "balance", hold_all)
    add_while_relays_come_and_go(table, crowd)
    assert recorder.count() > 24 * len(SUBJECTS)


def test_relays_with_nothing_to_publish_ask_the_database_only_now_and_then(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them does the upkeep; each waits, also those without it."""
    monkeypatch.setattr(relay, "POLL", 0.2)
    asked, forward = [0], Relay.forward

    def count(one: Relay, *given: Any) -> Any:
        asked[0] += 1
        return forward(one, *given)

    first, second = crowd.join(), crowd.join()
    until(lambda: len(first.held) + len(second.held) == len(first.partitions))
    if first.engine.dialect.name == "postgresql":
        until(lambda: first.held and second.held)
    monkeypatch.setattr(Relay, "forward", count)
    assert stays(lambda: asked[0] < 30, 1)  # about twice each 0.2 seconds
    until(lambda: asked[0])


def test_when_a_relay_ends_the_others_publish_its_partitions(
    table: Any, crowd: Crowd, recorder: Recorder
) -> None:
    first, second, third = crowd.join(), crowd.join(), crowd.join()
    until(lambda: sum(len(one.held) for one in crowd.relays) == len(first.partitions))
    crowd.leave(first)
    until(lambda: len(second.held) + len(third.held) == len(second.partitions))
    table.deliver(*(delivery("toy.add", {"key": key, "amount": 1}) for key in SUBJECTS))
    until(lambda: is_empty(table))
    assert recorder.seen == {key: [1] for key in SUBJECTS}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_rows_are_spread_by_subject_and_replies_are_apart(table: Any) -> None:
    for _ in range(2):
        table.deliver(
            *(
                delivery("toy.add", {"key": f"key {number}", "amount": 1}, replyto="r")
                for number in range(100)
            )
        )
    with reading(table.engine) as connection:
        rows = connection.execute(message_tables.outbox.select()).all()
    used = defaultdict(set)
    for row in rows:
        used[row.route].add(row.partition)
        used[row.subject].add(row.partition)
    assert used["event"] == set(outbox.partitions("postgresql", replies=False))
    assert used["reply"] == set(outbox.partitions("postgresql", replies=True))
    assert all(len(found) == 1 for subject, found in used.items() if "/" in str(subject))
