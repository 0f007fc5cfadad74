from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from deploy.stack.postgres import Postgres
from services.documents.adapters.engine import Engine
from services.documents.adapters.templates import read_languages
from services.documents.domain.language import Language
from services.documents.worker import service
from shared.runtime.storage.database import engine_for
from tests.documents.builders import RenderPool, outside
from tests.words import ServiceHarness, create_tables, empty_tables, harness, sqlite_url


@pytest.fixture(scope="session")
def engine() -> Engine:
    """WeasyPrint."""
    return Engine()


@pytest.fixture(scope="session")
def languages() -> dict[str, Language]:
    return read_languages()


@pytest.fixture
def press() -> RenderPool:
    """A renderer that is quick and counts."""
    return RenderPool()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[sqlalchemy.Engine]:
    engine = engine_for(postgres.create_database("documents"))
    create_tables(service, engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql(migrated: sqlalchemy.Engine) -> str:
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
def desk(url: str, press: RenderPool) -> Iterator[ServiceHarness]:
    """The service on a database of each kind."""
    opened = harness(service, url, outside(press))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def small_desk(tmp_path: Path, engine: Engine) -> Iterator[ServiceHarness]:
    """The service on SQLite, with WeasyPrint."""
    opened = harness(service, sqlite_url(tmp_path), outside(engine))
    yield opened
    opened.engine.dispose()
