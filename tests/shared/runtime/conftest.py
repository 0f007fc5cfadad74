from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dramatiq.worker
import pytest
import structlog

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.shared.runtime.rabbit_fixture import RabbitFixture
from tests.toy.service import tables, toy
from tests.toy.world import World
from tests.words import harness, sqlite_url


@pytest.fixture(scope="package", autouse=True)
def plain_logs() -> Iterator[None]:
    """Log without colours, and without local variables in tracebacks, which take a second each."""
    renderers = [
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(["event", "outcome"]),  # type: ignore[arg-type]
    ]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, *renderers])  # type: ignore[list-item]
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def quick_reconnect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnect sooner than the supervisor configures its workers."""
    monkeypatch.setattr(dramatiq.worker, "CONSUMER_RESTART_DELAY_SECS", 0.2)


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    """A virtual host with the toy's topology on the session's RabbitMQ."""
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture
def database(tmp_path: Path) -> Any:
    """The URL of a new SQLite database."""
    return sqlite_url(tmp_path)


@pytest.fixture(scope="session")
def toy_postgresql(postgres: Postgres) -> Iterator[Any]:
    url = postgres.create_database("toy")
    engine = engine_for(url)
    migrations.upgrade(toy, engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(toy_postgresql: Any) -> Any:
    """The URL of an empty database, the same for all tests, since creating one takes a second."""
    with toy_postgresql.begin() as connection:
        for table in reversed(tables.sorted_tables):
            connection.execute(table.delete())
    return toy_postgresql.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The URL of an empty database, of each kind in turn."""
    return (
        sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql")
    )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def table(either_database: Any, world: World) -> Iterator[Any]:
    """The toy's pipeline on each kind of database."""
    found = harness(toy, either_database, world)
    yield found
    found.engine.dispose()
