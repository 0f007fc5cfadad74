"""Nothing is lost and nothing happens twice, whatever dies."""

from collections import defaultdict
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from deploy.stack.local import LocalStack
from tests.conditions import until
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
        for service in stack.services:
            struck = nemesis.strikes.count(f"a worker of {service}")
            until(partial(all_is_well, stack, service, struck), pause=0.5)


def all_is_well(stack: LocalStack, service: str, struck: int) -> bool:
    """Whether Prometheus sees that all work is done, and how often workers were killed."""
    found = scraped(stack, service)
    return (
        found["aftercart_worker_processes_ready"] == 2
        and found["aftercart_worker_ends_total"] >= struck
        and found["aftercart_outbox_rows"] == found["aftercart_outbox_age_seconds"] == 0
        and found["aftercart_queue_messages"] == 0
        and found["aftercart_messages_total"] > 0
        and found["aftercart_relayed_messages_total"] > 0
    )


def scraped(stack: LocalStack, service: str) -> dict[str, float]:
    """Return each metric of a service, summed over its labels."""
    with urlopen(f"http://{stack.metrics_address(service)}/metrics") as answer:
        text = answer.read().decode()
    found: defaultdict[str, float] = defaultdict(float)
    for family in families(text):
        for sample in family.samples:
            assert sample.labels["service"] == service
            found[sample.name] += sample.value
    return found
