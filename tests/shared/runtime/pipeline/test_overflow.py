"""Which messages are moved to the overflow queue, and until when."""

import time
from typing import Any

import pytest

from shared.contracts.reason import Reason
from shared.contracts.storefronts import SetStorefronts, Storefront
from shared.runtime.pipeline.overflow import FloodDetector, Overflow
from shared.runtime.rabbitmq.delivery import Delivery
from shared.runtime.storage import access
from tests.words import delivery

LONG = 1000


class Backlog:
    """How many messages wait; a test changes it."""

    def __init__(self, messages: float) -> None:
        self.messages = messages

    def __call__(self) -> float:
        return self.messages


def of(shop: str, count: int = 1) -> list[Delivery]:
    return [delivery("toy.add", {"key": "a", "amount": 1}, shop=shop) for _ in range(count)]


def detector(backlog: float, **shops: int) -> FloodDetector:
    """Return a detector that saw messages of shops, each handled in a millisecond."""
    found = FloodDetector(Backlog(backlog))
    for shop, count in shops.items():
        found.see([shop] * count)
    found.measure(100, 0.1)
    return found


@pytest.mark.parametrize(
    ("backlog", "shops", "flooding"),
    [
        (LONG, {"a": 99, "b": 1}, "a"),
        (LONG, {"a": 30, "b": 20}, "a"),
        (LONG, {"a": 100}, "a"),
        (400, {"a": 99, "b": 1}, None),  # nobody waits for long
        (LONG, {"a": 40}, None),  # too few to tell
        (LONG, {f"shop-{number}": 10 for number in range(10)}, None),  # all are busy
    ],
)
def test_a_flood_is_much_of_one_shop_while_messages_wait_for_long(
    backlog: float, shops: dict[str, int], flooding: str | None
) -> None:
    assert detector(backlog, **shops).flooding() == flooding


def test_slow_messages_make_a_flood_of_few() -> None:
    found = detector(10, a=100)
    assert found.flooding() is None
    for _ in range(20):
        found.measure(1, 0.2)  # as a document takes
    assert found.flooding() == "a"


def test_before_the_first_batch_nothing_is_known() -> None:
    found = FloodDetector(Backlog(LONG))
    found.see(["a"] * 100)
    assert found.flooding() is None


def test_messages_of_a_single_shop_stay_since_moving_only_delays_them(table: Any) -> None:
    overflow = Overflow(table.engine, detector(LONG, a=100))
    assert overflow.choose(of("a", 3)) == [False] * 3
    assert overflow.choose([*of("b"), *of("a")]) == [False, True]


@pytest.mark.parametrize(("seconds", "moved"), [(3600, True), (90_000, False)])
def test_a_shop_is_another_for_a_day_after_its_last_message(
    table: Any, monkeypatch: pytest.MonkeyPatch, seconds: float, moved: bool
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    found = detector(LONG, b=1)
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + seconds)
    found.see(["a"] * 100)
    assert Overflow(table.engine, found).choose(of("a")) == [moved]


@pytest.mark.parametrize(
    ("shops", "moved"), [(["a", "b"], True), (["a"], False), (None, False), ([], False)]
)
def test_a_shop_of_a_storefront_is_another_before_its_first_message(
    table: Any, shops: list[str] | None, moved: bool
) -> None:
    """After a start in the middle of a flood, no other shop has been seen."""
    entry = Storefront(user="web", shops=shops)
    with table.engine.begin() as connection:
        access.replace(connection, SetStorefronts(revision=1, storefronts=[entry]))
    overflow = Overflow(table.engine, detector(LONG, a=100))
    assert overflow.choose(of("a")) == [moved]


def test_all_messages_of_the_shop_move_until_the_last_of_them_was_handled(table: Any) -> None:
    backlog = Backlog(LONG)
    found = FloodDetector(backlog)
    found.measure(100, 0.1)
    overflow = Overflow(table.engine, found)
    first, second = of("a", 100), of("a", 2)
    assert overflow.choose(of("b") + first) == [False] + [True] * 100
    backlog.messages = 0
    assert overflow.choose(second + of("b")) == [True, True, False]
    overflow.end(first)  # the second two still wait
    overflow.end(second[:1])
    assert overflow.choose(of("a")) == [True]
    overflow.end(second)
    assert overflow.choose(of("a")) == [True]  # the one before is not handled yet


def test_every_process_moves_the_messages_of_the_shop(table: Any) -> None:
    busy, other = detector(LONG, b=1, a=100), detector(0)
    here, there = Overflow(table.engine, busy), Overflow(table.engine, other)
    last = of("a")
    assert here.choose(last) == [True]
    moved = of("a")
    assert there.choose(moved) == [True]
    there.end(last)
    assert there.choose(of("b")) == [False]
    there.end(moved)
    assert there.choose(of("a")) == [False]


def test_bytes_that_nobody_can_read_belong_to_no_shop(table: Any) -> None:
    overflow = Overflow(table.engine, detector(LONG, b=1, a=100))
    unreadable = Delivery(b"?", None, Reason("not_json", "The message is not JSON."))
    assert overflow.choose([unreadable]) == [False]
    overflow.end([unreadable])
