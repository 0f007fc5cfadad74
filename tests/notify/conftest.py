from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from deploy.stack.postgres import Postgres
from services.notify.worker import service
from shared.runtime.storage.database import engine_for
from tests.notify.builders import FakeAdapters, NotifyHarness
from tests.words import create_tables, empty_tables, sqlite_url


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[Engine]:
    engine = engine_for(postgres.create_database("notify"))
    create_tables(service, engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(migrated: Engine) -> str:
    """The URL of an empty database, the same for all tests, since creating one takes longer than a
    test.
    """
    empty_tables(service, migrated)
    return migrated.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def adapters() -> FakeAdapters:
    return FakeAdapters()


@pytest.fixture
def desk(url: str, adapters: FakeAdapters) -> Iterator[NotifyHarness]:
    """The service on a database of each kind."""
    opened = NotifyHarness.at(url, adapters)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def small_desk(tmp_path: Path, adapters: FakeAdapters) -> Iterator[NotifyHarness]:
    """The service on SQLite."""
    opened = NotifyHarness.at(sqlite_url(tmp_path), adapters)
    yield opened
    opened.engine.dispose()
