from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.notify.builders import FakeAdapters, NotifyHarness
from tests.words import sqlite_url

databases = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres").create_database(f"notify_{next(databases)}"))


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
