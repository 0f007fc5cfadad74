"""The roles of a new PostgreSQL: each service owns its database, and enters no other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from deploy.stack.postgres import Postgres
from shared.runtime.clock import utc_now
from shared.runtime.service import installed_services
from shared.runtime.storage import inbox_periods, migrations
from shared.runtime.storage.database import engine_for
from tests.deploy.programs import CONTAINER, SERVICES, run


@pytest.fixture(scope="module")
def urls(
    postgres: Postgres, secrets: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The database URLs of the services, as they are stored in the secrets, but for the address."""
    admin = make_url(postgres.create_database("roles"))
    with psycopg.connect(_address(admin)) as connection:
        databases = connection.execute("SELECT datname FROM pg_database").fetchall()
    taken = {name for (name,) in databases} & set(SERVICES)
    assert not taken, f"another test named a database {taken}: the names of services are for these"
    directory = tmp_path_factory.mktemp("secrets")
    for name, value in secrets.items():
        (directory / name).write_text(value)
    done = run(
        str(CONTAINER / "roles.sh"),
        SECRETS=str(directory),
        POSTGRES_USER=admin.username,
        PGHOST=admin.host,
        PGPORT=str(admin.port),
        PGPASSWORD=admin.password,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = {}
    for name in SERVICES:
        url = make_url(secrets[f"aftercart_{name}_database_url"])
        found[name] = url.set(host=admin.host, port=admin.port)
    yield found
    with psycopg.connect(_address(admin.set(database="postgres")), autocommit=True) as connection:
        connection.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
        for name in SERVICES:
            connection.execute(f"DROP DATABASE {name}")
            connection.execute(f"DROP ROLE {name}")


def _address(url: Any) -> Any:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_creates_its_tables_without_being_a_superuser(urls: Any, name: Any) -> None:
    engine = engine_for(urls[name].render_as_string(hide_password=False))
    assert migrations.upgrade(installed_services()[name], engine)
    inbox_periods.prepare(engine, utc_now())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert len(inbox_periods.existing(connection)) == 2
        inbox_periods.drop(connection, utc_now() + timedelta(days=30))
        assert not inbox_periods.existing(connection)
    engine.dispose()
    with psycopg.connect(_address(urls[name])) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert rights == (False, False, False)


def test_no_service_enters_the_database_of_another(urls: Any) -> None:
    for database in ("ingest", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(_address(urls["orders"].set(database=database)))
