"""Migrations beside working code: newer databases, locks, indexes that are built concurrently."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from deploy.stack.postgres import Postgres
from shared.runtime.errors import SchemaError
from shared.runtime.service import Service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading
from tests.revisions import BUILD_INDEX, CONTRACT, EXPAND, later_version
from tests.toy.service import toy
from tests.words import sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Any]:
    """The toy's database at the toy's revision, one of each kind."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path)
    else:
        url = postgres.create_database(f"toy_{tmp_path.name[-20:]}".lower())
    found = engine_for(url)
    migrations.upgrade(toy, found)
    yield found
    found.dispose()


@pytest.fixture
def expanded(tmp_path: Path) -> Service:
    """The toy's next version: a new column, and an index that is built concurrently."""
    added = [(EXPAND, "0001"), (BUILD_INDEX, "0001")]
    return later_version(toy, tmp_path / "next", *added, table="counters")


@pytest.fixture
def contracted(tmp_path: Path) -> Service:
    """A later version, which renames what the toy's code needs."""
    added = [(EXPAND, "0001"), (CONTRACT, "")]
    return later_version(toy, tmp_path / "last", *added, table="counters")


def test_the_older_version_uses_a_newer_database_and_does_not_change_it(
    engine: Any, expanded: Service
) -> None:
    assert migrations.upgrade(expanded, engine) == "0003"
    assert "ix_counters_remark" in [
        index["name"] for index in inspect(engine).get_indexes("counters")
    ]
    for _ in range(2):
        assert migrations.require(toy, engine) == "0003"
        assert migrations.upgrade(toy, engine) == "0003"
    assert migrations.upgrade(expanded, engine) == "0003"


def test_the_older_version_refuses_a_database_that_it_cannot_use(
    engine: Any, contracted: Service
) -> None:
    migrations.upgrade(contracted, engine)
    for use in (migrations.require, migrations.upgrade):
        with pytest.raises(SchemaError) as refused:
            use(toy, engine)
        assert str(refused.value) == (
            "The database of toy is at revision '0003', which needs Aftercart with revision '0003'"
            " or later, and this version knows '0001': deploy the newer version."
        )
    assert migrations.current(engine) == "0003"


def test_a_migration_waits_for_a_lock_only_so_long_and_can_be_repeated(
    engine: Any, expanded: Service
) -> None:
    with engine.begin() as other:
        other.execute(text("UPDATE counters SET total = 1"))
        with pytest.raises(SchemaError) as refused:
            migrations.upgrade(expanded, engine, lock_timeout=0.2)
    assert str(refused.value).startswith(
        "The migration of toy was undone: it waited 0.2 seconds for a lock that another transaction"
        " holds. Run it again;"
    )
    assert migrations.current(engine) == "0001"
    assert migrations.upgrade(expanded, engine, lock_timeout=30) == "0003"


def test_an_index_that_was_left_unfinished_is_built_again(
    postgres: Postgres, expanded: Service, tmp_path: Path
) -> None:
    engine = engine_for(postgres.create_database("toy_unfinished"))
    migrations.upgrade(toy, engine)
    migrations.upgrade(expanded, engine, "0002")
    # A reader with an old snapshot holds up the second half of a concurrent build.
    with reading(engine) as reader:
        reader.execute(text("SELECT * FROM counters"))
        with pytest.raises(SchemaError, match="was undone"):
            migrations.upgrade(expanded, engine, lock_timeout=0.2)
        assert _valid(engine) == [False]
    assert migrations.upgrade(expanded, engine) == "0003"
    assert _valid(engine) == [True]
    engine.dispose()


def _valid(engine: Any) -> list[bool]:
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_counters_remark')"
    with reading(engine) as connection:
        return list(connection.execute(text(query)).scalars())
