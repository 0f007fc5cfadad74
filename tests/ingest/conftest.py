from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.stack.postgres import Postgres
from services.ingest.domain.mailbox import Mailbox
from tests.conftest import Mailserver
from tests.ingest.builders import FakeMailServer, IngestHarness
from tests.ingest.dovecot_mailbox import PASSWORD, DovecotMailbox
from tests.words import sqlite_url

people = count(1)

numbers = count(1)


@pytest.fixture(autouse=True)
def logs() -> Iterator[object]:
    """Capture the log."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def any_desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IngestHarness]:
    """The service on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("ingest"))
    else:
        url = request.getfixturevalue("postgres").create_database("ingest_desk")
    opened = IngestHarness.at(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def server() -> FakeMailServer:
    """A fake mail server."""
    return FakeMailServer()


@pytest.fixture
def desk(any_desk: IngestHarness, server: FakeMailServer) -> IngestHarness:
    """The service with an empty database and one mailbox on the fake server."""
    any_desk.begin(server)
    return any_desk


@pytest.fixture
def small_desk(tmp_path: Path) -> Iterator[IngestHarness]:
    """The service on SQLite; the test calls `begin`."""
    opened = IngestHarness.at(sqlite_url(tmp_path))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def dovecot_mailbox(mailserver: Mailserver) -> DovecotMailbox:
    """A new mailbox on Dovecot."""
    user = f"desk{next(people)}@shop.test"
    mailserver.dovecot.add_user(user, PASSWORD)
    return DovecotMailbox(
        Mailbox(
            name="service",
            host="127.0.0.1",
            port=mailserver.dovecot.imap_port,
            user=user,
            password=SecretStr(PASSWORD),
            security="none",
        ),
        mailserver.dovecot,
    )


@pytest.fixture
def workers(postgres: Postgres) -> Iterator[list[IngestHarness]]:
    """Two workers on one PostgreSQL database."""
    url = postgres.create_database(f"ingest_race_{next(numbers)}")
    desks = [IngestHarness.at(url), IngestHarness.at(url)]
    yield desks
    for desk in desks:
        desk.engine.dispose()
