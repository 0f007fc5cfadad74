"""Elect one process per database: by a PostgreSQL advisory lock, or by a lock file next to
SQLite's.

Both are released by the system when the process is killed, so that another takes over at once.
"""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, text


@contextmanager
def leadership(engine: Engine, role: str = "relay") -> Iterator[Connection | None]:
    """Provide a connection that holds the role, or None if another process holds it.

    Do all work on that connection: if it is lost, so is the role, and the next statement fails.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key = zlib.crc32(f"aftercart {role}".encode())
            held = connection.execute(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": key}
            ).scalar_one()
            try:
                yield connection if held else None
            finally:
                if held and not connection.invalidated:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    else:
        with (
            Path(f"{engine.url.database}.{role}").open("w") as file,
            engine.connect() as connection,
        ):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield connection


def one_statement(connection: Connection) -> AbstractContextManager[object]:
    """Run one statement on the leader's connection, committed by itself. On PostgreSQL this saves
    the round trips of `BEGIN` and `COMMIT`.
    """
    if connection.dialect.name == "postgresql":
        return nullcontext()
    return connection.begin()


@contextmanager
def step(connection: Connection) -> Iterator[Connection]:
    """Run a transaction on the leader's connection. On PostgreSQL the connection is in autocommit
    mode, so that no transaction stays open in between.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
    else:
        with connection.begin():
            yield connection
