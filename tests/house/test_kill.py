"""Nothing is lost and nothing happens twice, whatever dies."""

from pathlib import Path

import pytest

from tests.house.facts import faults
from tests.house.load import Load
from tests.house.load_on_stack import a_stack, settled
from tests.house.nemesis import Nemesis

pytestmark = pytest.mark.slow

STRIKES = 8  # a worker, a relay, a worker, RabbitMQ, and again


@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_done_twice_when_workers_relays_and_rabbitmq_are_killed(
    tmp_path: Path,
) -> None:
    with a_stack(tmp_path) as stack:
        load, nemesis = Load(stack), Nemesis(stack, seed=1, pause=0.5)
        load.shop()
        nemesis.start()
        while len(nemesis.strikes) < STRIKES:
            assert nemesis.is_alive()
            load.wave(3)
        nemesis.call_off()
        assert nemesis.strikes.count("RabbitMQ") >= 2
        assert {f"a worker of {service}" for service in stack.services} <= set(nemesis.strikes)
        assert list(faults(settled(stack, load))) == []
