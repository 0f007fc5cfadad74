"""Revisions are frozen: they make the tables that the code uses, and need nothing of the code."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Inspector, MetaData, inspect
from sqlalchemy.types import TypeEngine

from services.documents.worker import service as documents
from services.ingest.worker import service as ingest
from services.notify.worker import service as notify
from services.orders.worker import service as orders
from shared.runtime.service import Service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.words import sqlite_url

SERVICES = [documents, ingest, notify, orders]
UPGRADE_ALONE = Path(__file__).with_name("upgrade_alone.py")
Urls = dict[str, str]
Schema = dict[str, list[str]]


def upgrade_alone(services: Mapping[str, tuple[Path, str]]) -> subprocess.CompletedProcess[str]:
    """Run revisions in a process that can import nothing of this project."""
    databases = [f"{name}={directory}={url}" for name, (directory, url) in services.items()]
    return subprocess.run(
        [sys.executable, UPGRADE_ALONE, migrations.ENVIRONMENT, *databases],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Urls:
    """Return a database for each service, empty."""
    if request.param == "sqlite":
        directory = tmp_path_factory.mktemp("migrations")
        return {service.name: sqlite_url(directory, service.name) for service in SERVICES}
    postgres = request.getfixturevalue("postgres")
    return {
        service.name: postgres.create_database(f"migrations_{service.name}") for service in SERVICES
    }


@pytest.fixture(scope="module")
def upgraded(urls: Urls) -> Urls:
    done = upgrade_alone(
        {service.name: (service.migrations, urls[service.name]) for service in SERVICES}
    )
    assert done.returncode == 0, done.stderr
    return urls


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_revisions_make_the_tables_that_the_code_uses(service: Service, upgraded: Urls) -> None:
    engine = engine_for(upgraded[service.name])
    assert migrations.require(service, engine)
    migrated, declared = schema(engine), schema_of_tables(engine, service.tables)
    differing = {
        table: sorted(set(migrated.get(table, [])) ^ set(declared.get(table, [])))
        for table in migrated.keys() | declared.keys()
        if migrated.get(table) != declared.get(table)
    }
    assert not differing, (
        f"revisions and tables of {service.name} differ: add a revision to"
        f" {service.migrations}: {differing}"
    )
    engine.dispose()


@pytest.mark.parametrize(
    ("above", "within"),
    [("from shared.runtime.storage import message_tables", ""), ("", "import pydantic")],
)
def test_a_revision_that_imports_other_code_fails(above: str, within: str, tmp_path: Path) -> None:
    (tmp_path / "0001_start.py").write_text(
        f"{above}\nrevision, down_revision = '0001', None\ndef upgrade():\n    {within or 'pass'}\n"
    )
    done = upgrade_alone({"any": (tmp_path, sqlite_url(tmp_path))})
    assert "A revision must not import" in done.stderr


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_revisions_are_numbered_by_their_files_names(service: Service) -> None:
    expected = None
    scripts = ScriptDirectory(str(migrations.ENVIRONMENT), version_locations=[service.migrations])
    for number, script in enumerate(reversed(list(scripts.walk_revisions())), start=1):
        assert script.revision == f"{number:04}" == Path(script.path).name[:4]
        assert script.down_revision == expected
        expected = script.revision


def schema_of_tables(engine: Engine, tables: MetaData) -> Schema:
    """Return the schema that a service's tables make, created in place of what the revisions
    made.
    """
    existing = MetaData()
    existing.reflect(engine)
    existing.drop_all(engine)
    tables.create_all(engine)
    return schema(engine)


def schema(engine: Engine) -> Schema:
    """Return columns, constraints and indexes of each table, sorted, as text."""
    with engine.connect() as connection:
        inspector = inspect(connection)
        names = set(inspector.get_table_names()) - {"alembic_version", "schema_version"}
        return {name: described(inspector, name) for name in names}


def described(inspector: Inspector, table: str) -> list[str]:
    lists = (
        inspector.get_columns(table),
        inspector.get_foreign_keys(table),
        inspector.get_unique_constraints(table),
        inspector.get_check_constraints(table),
        inspector.get_indexes(table),
        [inspector.get_pk_constraint(table), inspector.get_table_options(table)],
    )
    return sorted(written(each) for some in lists for each in some)


def written(value: Any) -> str:
    """Write what an inspector found; its types and conditions compare by identity otherwise."""
    if isinstance(value, Mapping):
        return str({key: written(value[key]) for key in sorted(value)})
    return repr(value) if isinstance(value, TypeEngine) else str(value)
