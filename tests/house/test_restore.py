"""A dump of PostgreSQL holds all that a service needs. `test_disasters` restores SQLite, and loses
RabbitMQ.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from deploy.stack.postgres import Postgres
from deploy.stack.programs import find_program
from services.orders.worker import service as orders
from shared.runtime.pipeline.publish_again import publish_again
from shared.runtime.pipeline.relay import Relay
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from shared.runtime.storage.leases import leases
from tests.words import ServiceHarness, a_shop_with_mugs, an_order

POSTGRESQL = [Path("/usr/lib/postgresql/15/bin"), *map(Path, os.environ["PATH"].split(":"))]


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
