"""Prometheus sees what became of every message, by names of the service's own."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.envelope import Envelope
from shared.runtime import metrics
from shared.runtime.pipeline import counting
from shared.runtime.rabbitmq.delivery import receive
from tests.toy.service import toy
from tests.toy.world import World
from tests.words import ServiceHarness, delivery, harness, sqlite_url


@pytest.fixture
def small(tmp_path: Path) -> ServiceHarness:
    return harness(toy, sqlite_url(tmp_path), World())


def value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"aftercart_{name}", labels) or 0


@pytest.fixture
def more() -> Callable[..., float]:
    """Return how much a value has risen since the test began."""
    before = {}
    for metric in metrics.declared():
        for family in metric.collect():
            for sample in family.samples:
                before[sample.name, tuple(sorted(sample.labels.items()))] = sample.value

    def risen(name: str, **labels: str) -> float:
        key = f"aftercart_{name}", tuple(sorted(labels.items()))
        return value(name, **labels) - before.get(key, 0)

    return risen


def add(key: str, **more: Any) -> Any:
    return delivery("toy.add", {"key": key, "amount": 1, **more})


def stranger(name: str) -> Any:
    return receive(
        Envelope(id=str(uuid4()), source="/x", type=f"aftercart.{name}.v1", data={}).encode()
    )


def test_each_message_is_counted_by_what_became_of_it(
    small: ServiceHarness, more: Callable[..., float]
) -> None:
    twice = add("a")
    small.deliver(
        twice, twice, add("b"), add("c", amount=13), add("d", fail="bug"), receive(b"no event")
    )
    small.ask("toy.get", {"key": "a"})
    small.tell("toy.act", {"key": "a"})
    found = {
        outcome: more("messages_total", message="toy.add", outcome=outcome)
        for outcome in ("done", "refused", "duplicate", "failed", "postponed")
    }
    assert found == {"done": 2, "refused": 1, "duplicate": 1, "failed": 1, "postponed": 0}
    assert more("messages_total", message="toy.get", outcome="done") == 1
    assert more("messages_total", message="toy.act", outcome="done") == 1
    assert more("messages_total", message="unknown", outcome="failed") == 1
    assert more("message_seconds_count", message="toy.add") == 5
    assert more("batch_messages_sum") == 8
    assert more("batch_messages_count") == 3


def test_names_that_strangers_choose_make_no_series(
    small: ServiceHarness, more: Callable[..., float]
) -> None:
    small.deliver(*(stranger(f"stranger{number}.do") for number in range(50)))
    assert more("messages_total", message="unknown", outcome="failed") == 50
    [family] = counting.MESSAGES.collect()
    names = {sample.labels["message"] for sample in family.samples}
    assert not [name for name in names if name.startswith("stranger")]
    assert counting.name_of(stranger("stranger.do"), toy) == "unknown"


def test_messages_that_wait_for_the_database_are_postponed(
    small: ServiceHarness, more: Callable[..., float], monkeypatch: pytest.MonkeyPatch
) -> None:
    small.engine.dispose()
    monkeypatch.setattr(small.engine.dialect, "connect", _refuse)
    small.deliver(add("a"))
    assert more("messages_total", message="toy.add", outcome="postponed") == 1
    assert more("message_seconds_count", message="toy.add") == 0


def _refuse(*_arguments: Any, **_options: Any) -> None:
    raise sqlite3.OperationalError("unable to open database file")
