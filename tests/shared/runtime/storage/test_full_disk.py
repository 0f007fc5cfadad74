"""A database that cannot work counts against no message: a full disk, a replica, a stop."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import text

from deploy.stack.postgres import Postgres
from shared.runtime.errors import WriteInReading
from shared.runtime.rabbitmq.delivery import Fate
from shared.runtime.storage.database import engine_for, reading
from shared.runtime.storage.unavailable import is_unavailable
from tests.shared.runtime.rabbit_fixture import totals
from tests.toy.service import toy
from tests.words import delivery, harness, sqlite_url

MEBIBYTE = 2**20
SIZE = 24 * MEBIBYTE  # an empty database of PostgreSQL takes 8


class Disk:
    """A small file system in memory."""

    def __init__(self, path: Path) -> None:
        self.path, self._filler = path, path / "filler"

    def fill(self) -> None:
        """Leave not one free byte."""
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        self._filler.unlink()


@pytest.fixture
def disk() -> Iterator[Disk]:
    # Not in pytest's directory, which PostgreSQL's account cannot enter.
    path = Path(tempfile.mkdtemp(prefix="aftercart-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "aftercart", path],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        path.rmdir()
        pytest.skip("file systems can be mounted by root only")
    yield Disk(path)
    subprocess.run(["umount", path], check=True)
    path.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, disk: Disk) -> Iterator[str]:
    """The URL of a database on that disk."""
    if request.param == "sqlite":
        yield sqlite_url(disk.path)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    place = disk.path / "tablespace"
    place.mkdir()
    disk.path.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    with postgres._connect() as server:
        server.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(str(place)))
        server.execute("CREATE DATABASE small TABLESPACE small")
        yield postgres.create_database("small")
        server.execute("DROP DATABASE small")
        server.execute("DROP TABLESPACE small")


def test_messages_wait_for_space_on_the_disk(database: str, disk: Disk) -> None:
    table = harness(toy, database)
    adds = [delivery("toy.add", {"key": f"k{number}", "amount": 1}) for number in range(500)]
    disk.fill()
    held = table.deliver(*adds)
    assert {verdict.fate for verdict in held} == {Fate.LEAVE}
    assert all(verdict.error and is_unavailable(verdict.error) for verdict in held)
    disk.free()
    assert {verdict.fate for verdict in table.deliver(*adds)} == {Fate.DONE}
    assert sum(totals(table.engine).values()) == 500
    table.engine.dispose()


@pytest.mark.parametrize("code", ["53100", "53200", "53300", "57P01", "58030", "25006"])
def test_an_error_of_the_whole_postgresql_is_recognised(postgresql: Any, code: str) -> None:
    assert is_unavailable(_raised(postgresql, code))


@pytest.mark.parametrize("code", ["23505", "22003", "40P01", "57014", "54000", "XX000"])
def test_an_error_of_one_statement_is_the_statements(postgresql: Any, code: str) -> None:
    assert not is_unavailable(_raised(postgresql, code))


def _raised(url: str, code: str) -> Exception:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '{code}'; END $$")
    engine = engine_for(url)
    with pytest.raises(Exception, match="broken") as raised, engine.begin() as connection:
        connection.execute(raising)
    engine.dispose()
    return raised.value


@pytest.mark.parametrize(
    ("pragma", "key", "unavailable"),
    [("max_page_count=1", 2, True), ("query_only=ON", 2, True), ("foreign_keys=ON", 1, False)],
)
def test_an_error_of_the_whole_sqlite_is_recognised(
    tmp_path: Path, pragma: str, key: int, unavailable: bool
) -> None:
    engine = engine_for(sqlite_url(tmp_path))
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE once (key INTEGER PRIMARY KEY, value BLOB)")
        connection.exec_driver_sql("INSERT INTO once VALUES (1, x'00')")
        connection.commit()
        connection.exec_driver_sql(f"PRAGMA {pragma}")
        with pytest.raises(Exception, match=r"once|full|readonly") as raised:
            connection.exec_driver_sql("INSERT INTO once VALUES (?, zeroblob(100000))", (key,))
    engine.dispose()
    assert is_unavailable(raised.value) is unavailable


def test_a_query_that_writes_is_a_bug_and_not_a_replica(postgresql: Any) -> None:
    engine = engine_for(postgresql)
    with pytest.raises(WriteInReading), reading(engine) as connection:
        connection.execute(text("DELETE FROM counters"))
    engine.dispose()
