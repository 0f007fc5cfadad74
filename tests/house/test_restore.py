"""Backups of the databases restore everything, though RabbitMQ and its messages are lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from deploy.stack.local import LocalStack
from deploy.stack.postgres import Postgres
from deploy.stack.programs import find_program
from services.orders.worker import service as orders
from shared.runtime.pipeline.publish_again import publish_again
from shared.runtime.pipeline.relay import Relay
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from shared.runtime.storage.leases import leases
from tests.conditions import FAR, until
from tests.house.facts import FILED, Facts, faults, outboxes, rows
from tests.house.load import Load
from tests.house.load_on_stack import a_stack, mails_sent, settled
from tests.words import ServiceHarness, a_shop_with_mugs, an_order

pytestmark = pytest.mark.slow

CONSUMERS_FIRST = ("notify", "documents", "ingest", "orders")
POSTGRESQL = [Path("/usr/lib/postgresql/15/bin"), *map(Path, os.environ["PATH"].split(":"))]


@pytest.mark.timeout(1200)
def test_databases_and_their_journals_restore_everything_when_rabbitmq_is_lost(
    tmp_path: Path,
) -> None:
    with a_stack(tmp_path / "stack") as stack:
        load = Load(stack)
        load.shop()
        load.wave(2)
        until(lambda: mails_sent(stack) == 8)
        for name in ("documents", "notify"):  # their messages remain in RabbitMQ
            stack.worker(name).stop(FAR)
        load.wave(2)
        until(lambda: len(rows(stack, "ingest", FILED)) == len(load.written))
        until(lambda: not outboxes(stack)["orders"])
        back_up(stack, tmp_path / "backup")
        stack.down()

        lose_everything(stack)
        restore(stack, tmp_path / "backup")
        stack.up(lambda _part: None)
        assert len(rows(stack, "documents", "SELECT 1 FROM documents")) == 4  # of the first orders
        done = aftercart(stack, "events", "publish-again", "--since", "1h")
        assert done.returncode == 0, done.stderr
        found = settled(stack, load)
        assert list(faults(without_repeated_documents(found))) == []


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


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    found = engine_for(postgres.create_database("backed_up"))
    yield found
    found.dispose()


def test_a_dump_of_postgresql_has_rules_counters_and_journal(
    engine: Engine, postgres: Postgres, tmp_path: Path
) -> None:
    harness = ServiceHarness(orders, engine)
    a_shop_with_mugs(harness)
    harness.tell("order.place", an_order())
    published = publish_all(engine)
    dump = tmp_path / "orders.dump"
    run("pg_dump", engine, "-Fc", f"--file={dump}")
    other = engine_for(postgres.create_database("restored"))
    run("pg_restore", other, "--no-owner", "--exit-on-error", str(dump))

    restored = ServiceHarness(orders, other)
    assert migrations.require(orders, other) == migrations.current(engine)
    with pytest.raises(DBAPIError, match="order_history"), other.begin() as connection:
        connection.execute(text("DELETE FROM order_history"))
    since = datetime.min.replace(tzinfo=UTC)
    assert sum(publish_again(orders, other, since, datetime.now(UTC))) == len(published)
    assert publish_all(other) == published
    placed = restored.tell("order.place", an_order())  # numbers of the outbox go on
    assert "order.placed" in [event.name for event in placed]
    other.dispose()


def publish_all(engine: Engine) -> list[str]:
    """Publish the outbox, and return the ids of its messages."""
    taken: list[str] = []

    def publish(messages: Sequence[Outgoing]) -> list[Outcome]:
        taken.extend(message.message_id for message in messages)
        return [Outcome.CONFIRMED] * len(messages)

    relay = Relay("orders", engine, publish, journal_days=7)
    with leases(engine, "test", relay.partitions) as own:
        while relay.forward(own.connection, relay.partitions).published:
            pass
    return sorted(taken)


def run(program: str, engine: Engine, *arguments: Any) -> None:
    url = make_url(engine.url.render_as_string(hide_password=False)).set(drivername="postgresql")
    command = [find_program(program, "postgresql-client", POSTGRESQL)]
    database = f"--dbname={url.render_as_string(hide_password=False)}"
    subprocess.run([*command, database, *arguments], check=True)
