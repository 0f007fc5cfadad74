"""A private PostgreSQL cluster, used by a real client and killed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from deploy.stack.ports import answers
from deploy.stack.postgres import Postgres
from deploy.stack.trouble import StackError
from tests.conftest import started
from tests.deploy.words import alive, family_of, open_directory


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def cluster(place: Any) -> Iterator[Postgres]:
    with started(Postgres(place)) as cluster:
        yield cluster


def connect(url: str, **other: str) -> psycopg.Connection:
    return psycopg.connect(make_conninfo(url.replace("+psycopg", ""), **other), autocommit=True)


def ask(url: str, question: str) -> object:
    with connect(url) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def test_a_database_is_made_once(cluster: Postgres) -> None:
    url = cluster.create_database("orders")
    assert url.startswith("postgresql+psycopg://")
    assert cluster.create_database("orders") == url
    assert ask(url, "SELECT current_database()") == "orders"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("server_encoding", "UTF8"),
    ],
)
def test_settings(cluster: Postgres, setting: str, value: str) -> None:
    assert ask(cluster.create_database("orders"), f"SHOW {setting}") == value


def test_a_wrong_password_is_refused(cluster: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(cluster.create_database("orders"), password="wrong")


def test_a_killed_cluster_comes_back_with_what_was_committed(cluster: Postgres, place: Any) -> None:
    url = cluster.create_database("crashed")
    with connect(url) as connection:
        connection.execute("CREATE TABLE fact (name text)")
        connection.execute("INSERT INTO fact VALUES ('through a crash')")
        family = family_of(cluster.pid)
        cluster.kill()
    assert alive(family) == []
    assert not answers(cluster.port)
    again = Postgres(place)
    again.start()
    assert cluster.running()
    assert ask(url, "SELECT name FROM fact") == "through a crash"


def test_a_cluster_with_clients_is_stopped_at_once_and_keeps_its_data(
    cluster: Postgres, place: Any
) -> None:
    url = cluster.create_database("stopped")
    family = family_of(cluster.pid)
    with connect(url) as connection:
        connection.execute("CREATE TABLE fact AS SELECT 'through a stop' AS name")
        Postgres(place).stop()
    assert alive(family) == []
    assert not answers(cluster.port)
    assert (place / "data" / "cluster" / "PG_VERSION").exists()
    assert not (place / "data").is_symlink()
    cluster.start()
    assert ask(url, "SELECT name FROM fact") == "through a stop"


def test_a_directory_the_server_can_reach_is_used_itself() -> None:
    with open_directory() as place, started(Postgres(place / "pg")) as cluster:
        assert ask(cluster.create_database("orders"), "SHOW data_directory") == str(
            place / "pg" / "data" / "cluster"
        )


def test_it_does_not_run_as_root(cluster: Postgres) -> None:
    uid = os.stat(f"/proc/{cluster.pid}").st_uid
    assert uid != 0
    assert uid == os.geteuid() or os.geteuid() == 0


def test_a_missing_postgresql_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError) as error:
        Postgres(tmp_path, programs=[tmp_path]).start()
    assert (
        str(error.value) == "postgres is missing: install the Debian package postgresql "
        "(deploy/install-debian.sh does it)."
    )
