"""One active relay per database: an advisory lock of PostgreSQL, or a locked file beside SQLite's.

Both are let go by the system itself when their holder is killed, so that another takes over at
once.
"""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text


@contextmanager
def leadership(engine: Engine, role: str = "relay") -> Iterator[Connection | None]:
    """A connection that holds the role, or None where another process holds it. All work is done on
    that connection: when it is lost, so is the role, and the next statement says so.
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


@contextmanager
def step(connection: Connection) -> Iterator[Connection]:
    """A transaction on a leader's connection (which is in autocommit on PostgreSQL, so that it
    holds none between).
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
