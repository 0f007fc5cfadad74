from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.ingest.words import IngestDesk, Server
from tests.words import sqlite_url

databases = count(1)


@pytest.fixture(autouse=True)
def logs() -> Iterator[object]:
    """What is logged meanwhile."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres").create_database(f"ingest_{next(databases)}"))


@pytest.fixture
def server() -> Server:
    """A mail server that is a list."""
    return Server()


@pytest.fixture
def desk(url: str, server: Server) -> Iterator[IngestDesk]:
    """The service on a database of each kind, started."""
    opened = IngestDesk.at(url, server)
    opened.start()
    yield opened
    opened.engine.dispose()
