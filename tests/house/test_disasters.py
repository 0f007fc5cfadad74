"""Nothing is lost and nothing happens twice when RabbitMQ is lost with all its messages and the
databases are restored from backups. Metrics show that killed workers were replaced.

One stack goes through all of it, since starting one takes longer than what is tried on it. Faults
at random are the matter of `tests/system/fire`.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path
from signal import SIGKILL
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from deploy.stack.local import LocalStack
from tests.conditions import FAR, until
from tests.house.facts import FILED, Facts, faults, outboxes, rows
from tests.house.load import Load
from tests.house.load_on_stack import a_stack, settled
from tests.house.processes import workers

pytestmark = pytest.mark.slow

CONSUMERS_FIRST = ("notify", "documents", "ingest", "orders")
DOCUMENTS = "SELECT kind, number FROM documents"


@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_done_twice_when_rabbitmq_and_databases_are_lost(tmp_path: Path) -> None:
    with a_stack(tmp_path / "stack") as stack:
        load = Load(stack)
        load.shop()
        work_while_a_worker_of_each_service_is_killed(stack, load)
        restore_databases_after_rabbitmq_is_lost(stack, load, tmp_path / "backup")


def work_while_a_worker_of_each_service_is_killed(stack: LocalStack, load: Load) -> None:
    load.wave(2)
    for service in stack.services:
        os.kill(workers(stack, service)[0], SIGKILL)
    load.wave(2)
    assert list(faults(settled(stack, load))) == []
    for service in stack.services:
        until(partial(all_is_well, stack, service), pause=0.5)


def restore_databases_after_rabbitmq_is_lost(stack: LocalStack, load: Load, backup: Path) -> None:
    """Lose messages that consumers had not received; the databases and their journals restore
    everything.
    """
    rendered = sorted(rows(stack, "documents", DOCUMENTS))
    for name in ("documents", "notify"):  # their messages remain in RabbitMQ
        stack.worker(name).stop(FAR)
    load.wave(1)
    load.close()
    until(lambda: len(rows(stack, "ingest", FILED)) == len(load.written))
    until(lambda: not outboxes(stack)["orders"])
    back_up(stack, backup)
    stack.down()

    lose_everything(stack)
    restore(stack, backup)
    stack.processes = 1
    stack.up(lambda _part: None)
    assert sorted(rows(stack, "documents", DOCUMENTS)) == rendered
    done = aftercart(stack, "events", "publish-again", "--since", "1h")
    assert done.returncode == 0, done.stderr
    assert list(faults(without_repeated_documents(settled(stack, load)))) == []


def all_is_well(stack: LocalStack, service: str) -> bool:
    """Return whether Prometheus sees that all work is done and that a worker was killed."""
    found = scraped(stack, service)
    return (
        found["aftercart_worker_processes_ready"] == 2
        and found["aftercart_worker_ends_total"] >= 1
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


def back_up(stack: LocalStack, directory: Path) -> None:
    """Copy the databases while workers run, as `.backup` of the program sqlite3 does."""
    directory.mkdir()
    for name in CONSUMERS_FIRST:
        with (
            sqlite3.connect(stack.directory / f"{name}.db") as source,
            sqlite3.connect(directory / f"{name}.db") as target,
        ):
            source.backup(target)


def lose_everything(stack: LocalStack) -> None:
    for database in stack.directory.glob("*.db*"):
        database.unlink()
    for path in (stack.directory / "rabbitmq").iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def restore(stack: LocalStack, directory: Path) -> None:
    for name in CONSUMERS_FIRST:
        shutil.copy(directory / f"{name}.db", stack.directory)


def aftercart(stack: LocalStack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shared.cli.main", *arguments],
        env={**os.environ, "AFTERCART_ENV_FILE": str(stack.env_file)},
        capture_output=True,
        text=True,
        check=False,
    )


def without_repeated_documents(facts: Facts) -> Facts:
    """Leave out the later events about documents, which were published once more with new ids."""
    facts.events = [
        event
        for event in facts.events
        if event.source != "/aftercart/documents" or int(event.sequence or 0) <= 1
    ]
    return facts
