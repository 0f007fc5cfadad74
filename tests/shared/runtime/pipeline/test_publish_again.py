"""Published messages are stored for some days, and published again with their ids and in order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.envelope import Envelope, decode
from shared.runtime.pipeline.publish_again import publish_again
from shared.runtime.pipeline.relay import Relay
from shared.runtime.pipeline.upkeep import Upkeep
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.storage import journal, outbox
from shared.runtime.storage.database import reading
from shared.runtime.storage.leases import leases
from tests.toy.contracts import Add
from tests.toy.service import toy
from tests.words import delivery

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Carrier:
    """Takes everything."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def publish(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        self.taken += messages
        return [Outcome.CONFIRMED] * len(messages)

    def take(self) -> list[tuple[str, Envelope]]:
        """Return what was published since the last call, with its exchange."""
        taken, self.taken = self.taken, []
        return [(message.exchange, decode(message.body)) for message in taken]


class Published:
    """The toy, its relay and its journal."""

    def __init__(self, table: Any, days: float = 7) -> None:
        self.table, self.carrier, self.clock = table, Carrier(), Clock()
        self.relay = Relay("toy", table.engine, self.carrier.publish, self.clock, journal_days=days)

    def add(self, *keys: str, **more: Any) -> None:
        messages = [delivery("toy.add", {"key": key, "amount": 1, **more}) for key in keys]
        self.table.deliver(*messages)
        self.forward()

    def forward(self) -> None:
        """Publish all that waits."""
        with leases(self.table.engine, "test", self.relay.partitions) as own:
            connection = own.connection
            while self.relay.forward(connection, self.relay.partitions).published:
                pass

    def again(self, since: datetime, service: Any = toy) -> list[tuple[str, Envelope]]:
        """Return what is published again."""
        self.carrier.take()
        list(publish_again(service, self.table.engine, since, self.clock.now))
        self.forward()
        return self.carrier.take()

    def count(self) -> int:
        with reading(self.table.engine) as connection:
            return journal.count(connection, datetime.min.replace(tzinfo=UTC))


@pytest.fixture
def published(table: Any) -> Published:
    return Published(table)


def test_events_and_own_messages_are_published_again_as_they_were(published: Published) -> None:
    published.add("a", "b", tidy=True)
    published.add("a")
    first = published.carrier.take()
    for _ in range(2):  # what is published again is not stored once more
        published.clock.now += timedelta(hours=1)
        again = published.again(NOON)
        assert len(again) == 5
        for name in ("toy.added", "toy.tidy"):
            assert ids(again, name) == ids(first, name)
    exchanges = {envelope.name: exchange for exchange, envelope in again}
    assert exchanges == {"toy.added": "aftercart.events", "toy.tidy": "toy.self"}
    marks = [envelope.publishedagain for _, envelope in again]
    assert marks == [LATER] * 5
    assert [each for _, each in first if each.publishedagain] == []
    of_a = [
        each.sequence
        for _, each in again
        if each.data == {"key": "a", "total": each.data.get("total")}
    ]
    assert of_a == sorted(of_a, key=str)


def ids(messages: Sequence[tuple[str, Envelope]], name: str) -> set[tuple[str, str | None]]:
    return {(each.id, each.sequence) for _, each in messages if each.name == name}


def test_only_what_was_published_since_the_time_is_published_again(published: Published) -> None:
    published.add("a")
    published.clock.now = LATER
    published.add("b")
    assert [each.data["key"] for _, each in published.again(LATER)] == ["b"]
    assert [each.data["key"] for _, each in published.again(LATER + timedelta(seconds=1))] == []


def test_a_message_that_was_handled_is_not_handled_twice(published: Published) -> None:
    published.add("a", tidy=True)
    [tidy] = [each for _, each in published.carrier.take() if each.name == "toy.tidy"]
    published.table.tell("toy.tidy", tidy.data)
    again = [each for _, each in published.again(NOON) if each.name == "toy.tidy"]
    assert [(each.source, each.id) for each in again] == [(tidy.source, tidy.id)]


def test_replies_and_documents_are_not_stored(published: Published) -> None:
    with published.table.engine.begin() as connection:
        for route in ("reply", "document", "again", "self_again"):
            row = outbox.OutboxRow(
                route, "key", None, route, Envelope(id="1", source="/s", type="t").encode()
            )
            outbox.add(connection, [row])
    published.forward()
    assert published.count() == 0


def test_a_service_adds_what_the_journal_does_not_hold_once(published: Published) -> None:
    published.add("a", "a", "b")
    service = replace(
        toy,
        republish=lambda event: [Add(key=event.data["key"], amount=event.data["total"] * 0 + 5)],
    )
    own = [
        (exchange, each)
        for exchange, each in published.again(NOON, service)
        if each.name == "toy.add"
    ]
    assert [exchange for exchange, _ in own] == ["toy.self"] * 2
    assert [each.data["key"] for _, each in own] == ["a", "b"]
    assert published.count() == 3


@pytest.mark.parametrize(("days", "left"), [(7, 1), (0, 0)])
def test_the_journal_ends_after_its_days(table: Any, days: float, left: int) -> None:
    published = Published(table, days)
    published.add("a")
    published.clock.now += timedelta(days=7, seconds=1)
    published.add("b")
    upkeep = Upkeep(published.clock, timedelta(days=days))
    with leases(table.engine, "test", published.relay.partitions) as own:
        upkeep.run(own.connection)
    assert published.count() == left
