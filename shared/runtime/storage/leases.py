"""Share the partitions of the outbox between processes by leases.

A lease is an advisory lock of PostgreSQL, and on SQLite, which has a single writer, one lock file
for all partitions. It belongs to a connection, so that it ends at once when its process is killed.
If a process hangs or its machine is gone, PostgreSQL closes the connection after `SILENCE` seconds.
"""

import fcntl
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError

SILENCE = 60.0  # seconds without a statement until PostgreSQL ends the leases of a connection
MEMBER = 1 << 15  # the key of the lock that every process shares, so that they can be counted


@dataclass(frozen=True, slots=True)
class Changes:
    """The leases that a process should end and those that it should try to take."""

    end: Sequence[int]
    take: Sequence[int]


def share(count: int, members: int, rank: int) -> int:
    """Return how many of `count` partitions belong to the member with this rank, from 0."""
    return count // members + (rank < count % members)


def plan(
    partitions: Sequence[int], held: Collection[int], taken: Collection[int], quota: int
) -> Changes:
    """Return how a member comes nearer to its share, `quota`. `taken` are the partitions that any
    member holds. Only what exceeds the share moves to another member.
    """
    free = [partition for partition in partitions if partition not in taken]
    missing = max(0, quota - len(held))
    return Changes(end=sorted(held)[quota:], take=free[:missing])


class Leases(Protocol):
    """The leases of one process. Do all work that needs them on `connection`: if it is lost, so are
    the leases, and the next statement fails.
    """

    connection: Connection
    held: Sequence[int]

    def balance(self) -> bool:
        """Take and end leases according to the number of processes, and return whether this process
        holds its share. Call it only while no work on a partition is under way.
        """
        ...


@contextmanager
def leases(engine: Engine, role: str, partitions: Sequence[int]) -> Iterator[Leases]:
    """Provide the leases of a role, none at first, and end them all afterwards."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.detach()  # closed at the end: settings and locks do not return to the pool
            yield from _of_postgresql(connection, role, partitions)
    else:
        with (
            Path(f"{engine.url.database}.{role}").open("w") as file,
            engine.connect() as connection,
        ):
            yield _FileLease(connection, file, partitions)


def _of_postgresql(
    connection: Connection, role: str, partitions: Sequence[int]
) -> Iterator[Leases]:
    for setting, value in (
        ("idle_session_timeout", round(SILENCE * 1000)),
        ("tcp_keepalives_idle", 10),  # seconds; the default, two hours, is for a lost machine
        ("tcp_keepalives_interval", 5),
        ("tcp_keepalives_count", 4),
        # If PostgreSQL crashes, rows that were just deleted are there again, and published again.
        ("synchronous_commit", "off"),
    ):
        connection.exec_driver_sql(f"SET {setting} = {value}")
    found = _AdvisoryLeases(connection, role, partitions)
    try:
        yield found
    finally:
        if not connection.invalidated:  # a lost connection has no locks
            with suppress(DBAPIError):
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")


_LOCKS = text(
    "SELECT objid::bigint AS key, pid FROM pg_locks"
    " WHERE locktype = 'advisory' AND granted AND classid::bigint = :role AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_JOIN = text("SELECT pg_advisory_lock_shared(CAST(:role AS int), CAST(:key AS int))")
_TAKE = text("SELECT pg_try_advisory_lock(CAST(:role AS int), CAST(:key AS int))")
_END = text("SELECT pg_advisory_unlock(CAST(:role AS int), CAST(:key AS int))")


class _AdvisoryLeases:
    """Leases on PostgreSQL, shared evenly by all processes."""

    def __init__(self, connection: Connection, role: str, partitions: Sequence[int]) -> None:
        self.connection, self.partitions = connection, partitions
        self.held: Sequence[int] = ()
        self._role = zlib.crc32(f"aftercart {role}".encode()) & 0x7FFFFFFF
        self._process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        self._call(_JOIN, MEMBER)

    def balance(self) -> bool:
        members, taken, held = self._locks()
        quota = share(len(self.partitions), len(members), members.index(self._process))
        changes = plan(self.partitions, held, taken, quota)
        for partition in changes.end:
            self._call(_END, partition)
            held.discard(partition)
        for partition in changes.take:
            if self._call(_TAKE, partition):
                held.add(partition)
        self.held = tuple(sorted(held))
        return len(held) == quota

    def _locks(self) -> tuple[list[int], set[int], set[int]]:
        """Return the members in order, the partitions that any holds, and those held here."""
        members, taken, held = [], set(), set()
        for row in self.connection.execute(_LOCKS, {"role": self._role}):
            if row.key == MEMBER:
                members.append(row.pid)
                continue
            taken.add(row.key)
            if row.pid == self._process:
                held.add(row.key)
        return sorted(members), taken, held

    def _call(self, function: TextClause, key: int) -> bool:
        called = self.connection.execute(function, {"role": self._role, "key": key})
        return bool(called.scalar_one())


class _FileLease:
    """The lease on all partitions of an SQLite database."""

    def __init__(self, connection: Connection, file: TextIO, partitions: Sequence[int]) -> None:
        self.connection, self.file, self.partitions = connection, file, partitions
        self.held: Sequence[int] = ()

    def balance(self) -> bool:
        if not self.held:
            with suppress(BlockingIOError):
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.held = tuple(self.partitions)
        return bool(self.held)
