"""Nothing is lost and nothing happens twice, whatever dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.stack.local import LocalStack
from tests.conditions import stays, until
from tests.house.facts import FILED, STALE, Facts, faults, gather, outboxes, queue_depths, rows
from tests.house.load import Load
from tests.house.nemesis import Nemesis

STRIKES = 8  # a worker, a relay, a worker, RabbitMQ, and again
PATIENCE = 90  # a machine that does much else is slow


@contextmanager
def a_stack(directory: Path, worker_module: str = "shared.cli.main") -> Iterator[LocalStack]:
    stack = LocalStack(directory, processes=2)
    stack.worker_module = worker_module
    try:
        stack.up(lambda _part: None)
        stack.rabbit.flush()  # a node that is killed with its first queues not yet on disk may lose them
        yield stack
    finally:
        stack.down()


def quiet(stack: LocalStack) -> bool:
    """Nothing waits anywhere but for the next look into the mailbox."""
    return not any(outboxes(stack).values()) and not any(queue_depths(stack).values())


def mails_sent(stack: LocalStack) -> int:
    return int(rows(stack, "notify", "SELECT count(*) FROM mails WHERE state = 'sent'")[0][0])


def settled(stack: LocalStack, load: Load) -> Facts:
    """The facts, when everything that was begun is done."""
    load.publisher.close()
    until(lambda: mails_sent(stack) >= 4 * len(load.orders), PATIENCE, pause=0.2)
    until(lambda: len(rows(stack, "ingest", FILED)) >= len(load.written), PATIENCE, pause=0.2)
    until(lambda: stays(lambda: quiet(stack), STALE), PATIENCE)
    return gather(stack, [order["order_id"] for order in load.orders], load.written)


@pytest.mark.timeout(240)
def test_nothing_is_lost_or_done_twice_when_workers_relays_and_rabbitmq_are_killed(tmp_path: Path) -> None:
    with a_stack(tmp_path) as stack:
        load, nemesis = Load(stack, PATIENCE), Nemesis(stack, seed=1, pause=0.5)
        load.shop()
        nemesis.start()
        while len(nemesis.strikes) < STRIKES:
            assert nemesis.is_alive()
            load.wave(3)
        nemesis.call_off()
        assert nemesis.strikes.count("RabbitMQ") >= 2
        assert {f"a worker of {service}" for service in stack.services} <= set(nemesis.strikes)
        assert list(faults(settled(stack, load))) == []


@pytest.mark.timeout(120)
def test_the_judge_notices_when_the_inbox_is_off(tmp_path: Path) -> None:
    with a_stack(tmp_path, "tests.house.without_inbox") as stack:
        load = Load(stack, PATIENCE, twice=1)
        load.shop()
        load.wave(2)
        assert any("more than once" in fault for fault in faults(settled(stack, load)))
