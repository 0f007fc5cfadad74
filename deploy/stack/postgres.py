"""Run a private PostgreSQL cluster."""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from deploy.stack import state
from deploy.stack.account import server_account
from deploy.stack.data_directory import DataDirectory
from deploy.stack.ports import LOOPBACK, free_port
from deploy.stack.processes import Process
from deploy.stack.programs import find_program, search_path
from deploy.stack.server import Server
from deploy.stack.trouble import StackError

PACKAGE = "postgresql"
START_SECONDS = 300
USER = "aftercart"


@dataclass(frozen=True)
class PostgresState:
    """The permanent state of a cluster: its TCP port of 127.0.0.1, and the password of its
    superuser.
    """

    port: int
    password: str


class Postgres(Server):
    """A cluster of the newest installed PostgreSQL, with fsync, over TCP only."""

    def __init__(
        self,
        directory: Path,
        *,
        programs: Sequence[Path] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Create the cluster of a directory; `programs` are the directories to find PostgreSQL in,
        `settings` are added to those of the cluster.
        """
        self._directory = directory.resolve()
        if programs is None:
            programs = [*_debian_programs(), *search_path()]
        self._programs = programs
        self._more_settings = dict(settings or {})
        self.state = state.load_or_create(
            self._directory / "state.json",
            PostgresState,
            lambda: PostgresState(free_port(), secrets.token_hex(16)),
        )
        self._account = server_account("postgres", "nobody")
        self._data_directory = DataDirectory(self._directory, self._account)
        self._process = Process(self._directory, "postgres")

    def start(self) -> None:
        """Start the cluster, after creating it the first time, and wait until it accepts
        connections. Raises `StackError`.
        """
        if self.running():
            return
        program = find_program("postgres", PACKAGE, self._programs)
        place = self._data_directory.prepare()
        try:
            cluster = self._make_cluster(place)
            self._process.start(
                [program, "-D", cluster, *self._settings()], cwd=place, account=self._account
            )
            self._process.await_until(self._ready, START_SECONDS, "PostgreSQL")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._process.stop(
            timeout=30, number=SIGINT
        )  # SIGTERM would wait for the last client to leave
        self._data_directory.restore()

    def create_database(self, name: str) -> str:
        """Create an empty database unless it exists, and return its URL for SQLAlchemy."""
        with self._connect() as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://{USER}:{self.state.password}@{LOOPBACK}:{self.port}/{name}"

    @property
    def port(self) -> int:
        """The port of PostgreSQL."""
        return self.state.port

    def _make_cluster(self, place: Path) -> Path:
        cluster, draft, secret = place / "cluster", place / "cluster.new", place / "password"
        if cluster.exists():
            return cluster
        shutil.rmtree(draft, ignore_errors=True)
        secret.touch(mode=0o600)
        secret.write_text(self.state.password)
        self._account.own(secret)
        # Unsynced it is done in 1 second instead of 3; a power cut just then may spoil a cluster
        # that is still empty.
        command: list[str | Path] = [
            find_program("initdb", PACKAGE, self._programs),
            "--no-sync",
            "-D",
            draft,
            "-U",
            USER,
            "--pwfile",
            secret,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ]
        done = self._account.run(command, cwd=place)
        if done.returncode != 0:
            raise StackError(f"initdb could not create a cluster in {place}: {done.stderr.strip()}")
        return draft.rename(cluster)

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "on",
            **self._more_settings,
        }
        options: list[str] = []
        for name, value in settings.items():
            options += ["-c", f"{name}={value}"]
        return options

    def _connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            password=self.state.password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        )

    def _ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _debian_programs() -> list[Path]:
    versions = []
    for path in Path("/usr/lib/postgresql").glob("*/bin"):
        if path.parent.name.isdecimal():
            versions.append(path)
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
