"""A flood of one shop delays no other, and is handled in its order."""

from collections.abc import Sequence

import pytest

from shared.contracts.envelope import Envelope
from shared.runtime.pipeline import overflow
from shared.runtime.rabbitmq.broker import SafeRabbitmqConsumer
from shared.runtime.storage import overflowing
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope, totals, working
from tests.toy.world import World


def adds(shop: str, keys: Sequence[str]) -> list[Envelope]:
    return [envelope("toy.add", {"key": key, "amount": 1}, shop=shop) for key in keys]


def recorded_prefetches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the changes of the prefetch from now on."""
    found: list[int] = []
    change = SafeRabbitmqConsumer._change_prefetch

    def record(consumer: SafeRabbitmqConsumer) -> None:
        change(consumer)
        found.append(consumer._current_prefetch)

    monkeypatch.setattr(SafeRabbitmqConsumer, "_change_prefetch", record)
    return found


def test_another_shop_is_served_while_the_flood_waits(
    rabbitmq: RabbitFixture,
    postgresql: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overflow, "MAX_WAIT", 0.0)
    prefetches = recorded_prefetches(monkeypatch)
    flood = [f"a{number:03}" for number in range(300)]
    first, later = world.shut("first"), world.shut(flood[200])
    with working(rabbitmq, postgresql, world, batch=10) as process:
        rabbitmq.send(*adds("b", ["earlier"]))
        until(lambda: "earlier" in totals(process.engine))
        rabbitmq.send(*adds("a", ["first"]))
        assert first.entered.wait(FAR)
        rabbitmq.send(*adds("a", flood), *adds("b", ["b"]))
        until(lambda: process.worker.backlog("toy") > 0)
        first.opened.set()
        assert later.entered.wait(FAR)  # by the thread of the overflow queue
        until(lambda: "b" in totals(process.engine))
        assert flood[-1] not in world.seen
        later.opened.set()
        until(lambda: len(totals(process.engine)) == 303)
        until(lambda: prefetches[-1:] == [20])
    assert 200 in prefetches  # while the flood was moved
    assert [key for key in world.seen if key in set(flood)] == flood
    assert rabbitmq.depth("toy.dead") == 0


def test_several_threads_move_messages_in_their_order(
    rabbitmq: RabbitFixture, postgresql: str, world: World
) -> None:
    flood = [f"a{number:03}" for number in range(200)]
    gates = [world.shut(key) for key in flood]  # stop the threads of the overflow queue
    with working(rabbitmq, postgresql, world, threads=2, batch=5) as process:
        with process.engine.begin() as connection:
            overflowing.record(connection, {"a": ("/storefront", "before")})
        rabbitmq.send(*adds("a", flood))
        until(lambda: rabbitmq.depth("toy.overflow") == len(flood) - 2 * 2 * 5)
        moved = [letter.envelope.data["key"] for letter in rabbitmq.empty("toy.overflow")]
        assert moved == flood[-len(moved) :]
        for gate in gates:
            gate.opened.set()
        until(lambda: len(totals(process.engine)) == 20)


def test_a_message_that_fails_in_the_overflow_queue_is_retried_and_buried_as_others(
    rabbitmq: RabbitFixture, postgresql: str, world: World
) -> None:
    failing = envelope("toy.add", {"key": "a", "amount": 1, "fail": "bug"}, shop="a")
    with working(rabbitmq, postgresql, world) as process:
        with process.engine.begin() as connection:
            overflowing.record(connection, {"a": ("/storefront", failing.id)})
        rabbitmq.send(failing)
        (letter,) = rabbitmq.dead()
        assert letter.headers["x-queue"] == "toy.overflow"
        assert world.seen.count("a") == 1 + len(rabbitmq.delays)
        rabbitmq.send(*adds("a", ["after"]))
        until(lambda: totals(process.engine) == {"after": 1})
