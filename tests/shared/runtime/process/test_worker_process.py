"""Real worker processes die, are killed and are replaced; others take over their work."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.pipeline.redeliveries import MAX_DEATHS
from shared.runtime.storage import migrations, overflowing
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import TOY, RabbitFixture, envelope, totals
from tests.toy.service import toy

pytestmark = pytest.mark.slow

FAULT = 70


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Any:
    """The URL of a database; SQLite, since the kind does not matter."""
    return request.getfixturevalue(getattr(request, "param", "database"))


@pytest.fixture
def engine(url: Any) -> Iterator[Any]:
    found = engine_for(url)
    migrations.upgrade(toy, found)
    yield found
    found.dispose()


@pytest.fixture
def start(rabbitmq: RabbitFixture, url: Any, engine: Any, tmp_path: Path) -> Iterator[Any]:
    """Start processes of the toy; those that still run at the end are killed."""
    started = []

    def start(*arguments: Any) -> Any:
        log = tmp_path / f"{len(started)}.log"
        environment = {
            **os.environ,
            "AFTERCART_TOY_BROKER_URL": rabbitmq.url(TOY),
            "AFTERCART_TOY_DATABASE_URL": url,
            "AFTERCART_TOY_RETRY_DELAYS": ",".join(map(str, rabbitmq.delays)),
            "AFTERCART_TOY_LOG_FORMAT": "json",
            "TOY_GRAVE": str(tmp_path / "grave"),
            "dramatiq_restart_delay": "200",
        }
        command = [sys.executable, "-m", "tests.toy", *arguments]
        with log.open("w") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        process.log = log  # type: ignore[attr-defined]
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def says(process: Any, text: Any) -> Any:
    return until(lambda: text in process.log.read_text())


def partitions(process: Any) -> int:
    """Return how many partitions of events the process publishes."""
    found = 0
    for line in process.log.read_text().splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("event") == "relay" and entry.get("name") == "relay":
            found = entry.get("partitions", found)
    return found


def test_a_dead_thread_ends_the_process_with_its_own_exit_code(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    process = start()
    rabbitmq.add("a", fail="dies")
    assert process.wait(FAR) == FAULT
    assert re.search(r"\b1 of \d+ threads died", process.log.read_text())
    assert totals(engine) == {}
    assert rabbitmq.depth("toy") == 1


def test_the_supervisor_starts_another_which_finishes_the_message(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    supervisor = start("supervise")
    rabbitmq.add("a", fail="dies")
    until(lambda: totals(engine) == {"a": 1})
    assert f'"code": {FAULT}' in supervisor.log.read_text()
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(FAR) == 0


def test_a_process_that_is_asked_to_end_finishes_and_ends_well(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    process = start()
    rabbitmq.add("a")
    until(lambda: totals(engine) == {"a": 1})
    process.send_signal(signal.SIGTERM)
    assert process.wait(FAR) == 0
    assert "stopped" in process.log.read_text()


@pytest.mark.parametrize(
    ("url", "count", "of_second"),
    [("database", 1, 0), ("postgresql", 16, 8)],
    indirect=["url"],
    ids=["sqlite", "postgresql"],
)
def test_a_killed_process_s_partitions_are_taken_over_within_seconds(
    rabbitmq: RabbitFixture, start: Any, engine: Any, count: int, of_second: int
) -> None:
    first = start()
    until(lambda: partitions(first) == count)
    second = start()
    says(second, "started")
    until(lambda: (partitions(first), partitions(second)) == (count - of_second, of_second))
    listener = rabbitmq.listen()
    rabbitmq.send(
        *(envelope("toy.add", {"key": f"k{number % 3}", "amount": 1}) for number in range(60))
    )
    until(lambda: sum(totals(engine).values()) > 10)
    first.kill()
    until(lambda: partitions(second) == count)
    until(lambda: sum(totals(engine).values()) == 60)
    told = []
    until(
        lambda: told.extend(listener.heard(0)) or len({event.id for event in told}) == 60,
    )
    for key in ("k0", "k1", "k2"):
        first_seen = list(
            dict.fromkeys(int(event.sequence) for event in told if event.subject == key)
        )
        assert first_seen == list(range(1, 21))


def test_a_moved_flood_keeps_its_order_and_loses_nothing_when_its_process_is_killed(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    with engine.begin() as connection:  # as if a message before had been moved
        overflowing.record(connection, {"a": ("/storefront", "before")})
    amounts, listener, first = range(14, 400), rabbitmq.listen(), start()
    flood = []
    for amount in amounts:
        flood.append(envelope("toy.add", {"key": "a", "amount": amount}, shop="a"))
    rabbitmq.send(*flood, envelope("toy.add", {"key": "b", "amount": 1}, shop="b"))
    until(lambda: totals(engine).get("a", 0) > 0)
    first.kill()
    start()
    until(lambda: totals(engine) == {"a": sum(amounts), "b": 1})
    until(lambda: not overflowing_shops(engine))
    told = []
    until(
        lambda: told.extend(listener.heard(0)) or len({event.id for event in told}) > len(amounts)
    )
    by_sequence = {event.sequence: event.data["total"] for event in told if event.subject == "a"}
    in_order = [by_sequence[each] for each in sorted(by_sequence)]
    assert in_order == list(accumulate(amounts))


def overflowing_shops(engine: Any) -> set[str]:
    with reading(engine) as connection:
        return overflowing.shops(connection)


def test_a_message_that_kills_its_process_is_buried_and_its_neighbours_are_handled(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    adds = [envelope("toy.add", {"key": f"k{number}", "amount": 1}) for number in range(20)]
    sender = rabbitmq.listen("nothing")
    deadly = {"key": "killer", "amount": 1, "fail": "kills"}
    killer = envelope("toy.add", deadly, replyto=sender.name)
    rabbitmq.send(*adds[:10], killer, *adds[10:])
    supervisor = start("supervise")
    until(lambda: rabbitmq.depth("toy.dead") == 1)
    until(lambda: sum(totals(engine).values()) == 20)
    assert rabbitmq.depth("toy") == 0
    (dead,) = rabbitmq.dead()
    assert dead.envelope.id == killer.id
    assert dead.headers["x-reason"] == (
        "Unprocessable: The process died 3 times while it handled this message alone."
    )
    (refused,) = sender.heard(1)
    assert (refused.name, refused.data["code"]) == ("message.refused", "not_processed")
    assert refused.data["refused_id"] == killer.id
    # The first death says only that one of the batch did it.
    assert supervisor.log.read_text().count(f'"code": {-signal.SIGKILL}') == 1 + MAX_DEATHS


def test_without_its_supervisor_a_worker_stops(
    rabbitmq: RabbitFixture, start: Any, engine: Any
) -> None:
    supervisor = start("supervise")
    says(supervisor, "started")
    rabbitmq.add("a")
    until(lambda: totals(engine) == {"a": 1})
    supervisor.kill()
    says(supervisor, '"outcome": "stopped"')
