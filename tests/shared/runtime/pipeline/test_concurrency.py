"""Two workers handle messages on one database at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.runtime.rabbitmq.delivery import DONE
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import totals
from tests.toy.service import toy
from tests.toy.world import World
from tests.words import ServiceHarness, delivery


def add(key: Any, amount: Any = 1, **more: Any) -> Any:
    return delivery("toy.add", {"key": key, "amount": amount, **more})


def together(table: Any, *batches: Any) -> Any:
    """Run each batch in a pipeline and on an engine of its own, all starting at once."""
    harnesses = [
        ServiceHarness(toy, engine_for(table.engine.url.render_as_string(hide_password=False)))
        for _ in batches
    ]
    start = threading.Barrier(len(batches))

    def run(harness: Any, batch: Any) -> Any:
        start.wait()
        return harness.deliver(*batch)

    try:
        with ThreadPoolExecutor(len(batches)) as threads:
            return list(threads.map(run, harnesses, batches))
    finally:
        for harness in harnesses:
            harness.engine.dispose()


def test_two_that_claim_the_same_message_have_one_effect(table: Any) -> None:
    message = add("a")
    assert together(table, [message], [message]) == [[DONE], [DONE]]
    assert totals(table.engine) == {"a": 1}
    assert len(table.outbox()) == 1


def test_a_claim_in_flight_is_awaited(table: Any, world: World) -> None:
    gate, message = world.shut("a"), add("a")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(table.deliver, message)
        assert gate.entered.wait(FAR)
        second = threads.submit(table.deliver, message)
        until(second.running)
        assert not second.done()
        gate.opened.set()
        assert (first.result(), second.result()) == ([DONE], [DONE])
    assert world.seen == ["a"]


def test_when_the_first_of_two_fails_the_second_takes_the_message(table: Any, world: World) -> None:
    gate, message = world.shut("a"), add("a")
    world.troubles["a"] = 1
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(table.deliver, message)
        assert gate.entered.wait(FAR)
        second = threads.submit(table.deliver, message)
        until(second.running)
        gate.opened.set()
        assert [first.result()[0].fate.value, second.result()[0].fate.value] == ["retry", "done"]
    assert totals(table.engine) == {"a": 1}


def test_many_batches_over_the_same_aggregates_lose_no_change(table: Any) -> None:
    table.deliver(*(add(f"k{number}") for number in range(5)))
    batches = [[add(f"k{(number * step) % 5}") for number in range(20)] for step in (1, 2, 3, 4)]
    assert together(table, *batches) == [[DONE] * 20] * 4
    assert sum(totals(table.engine).values()) == 85


def test_many_that_make_the_same_aggregate_lose_no_change(table: Any) -> None:
    found = together(table, *([add("new") for _ in range(5)] for _ in range(4)))
    done = [verdict for verdicts in found for verdict in verdicts if verdict is DONE]
    assert totals(table.engine) == {"new": len(done)}


def test_the_sequence_has_no_gap_under_many_writers(table: Any) -> None:
    table.deliver(add("a"))
    together(table, *([add("a") for _ in range(10)] for _ in range(4)))
    assert sorted(int(found.sequence) for found in table.outbox()) == list(range(1, 42))


def test_the_outbox_holds_the_events_of_a_subject_in_order_under_many_writers(table: Any) -> None:
    table.deliver(add("a"))
    together(table, *([add("a") for _ in range(10)] for _ in range(4)))
    found = [(int(event.sequence), event.data["total"]) for event in table.outbox()]
    assert found == sorted(found)
    assert [total for _, total in found] == [sequence for sequence, _ in found]
