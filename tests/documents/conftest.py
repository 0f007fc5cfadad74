from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from services.documents.adapters.engine import Engine
from services.documents.adapters.templates import read_languages
from services.documents.domain.language import Language
from services.documents.worker import service
from tests.documents.builders import RenderPool, outside
from tests.words import ServiceHarness, harness, sqlite_url

databases = count(1)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres").create_database(f"documents_{next(databases)}"))


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
