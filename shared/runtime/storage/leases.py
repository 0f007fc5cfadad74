"""Share the partitions of the outbox between processes by leases.

A lease is an advisory lock of PostgreSQL, and on SQLite, which has a single writer, one lock file
for all partitions. It belongs to a connection, so that it ends at once when its process is killed.
If a process hangs or its machine is gone, PostgreSQL closes the connection after `SILENCE` seconds.

A process that wrote to a partition of another one wakes it: by NOTIFY on PostgreSQL, and through a
named pipe beside an SQLite database.
"""

import fcntl
import os
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

import structlog
from psycopg import Notify
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError

logger = structlog.get_logger()

SILENCE = 60.0  # seconds without a statement until PostgreSQL ends the leases of a connection
MEMBER = 1 << 15  # the key of the lock that every process shares, so that they can be counted
JOINED = -1  # in place of a partition: a process came or went, so that the others share anew


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

    def fileno(self) -> int | None:
        """Return the file that becomes readable when another process wakes this one, or the
        connection is lost; None: none can.
        """
        ...

    @property
    def woken(self) -> bool:
        """Return whether a wake-up was received with the result of a statement."""
        ...

    def take_woken(self) -> set[int]:
        """Return the partitions that other processes wrote to, and `JOINED` if one came or went.
        Raises if the connection is lost.
        """
        ...

    def wake_others(self, partitions: Collection[int]) -> None:
        """Wake the processes that hold partitions."""
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
            found = _FileLease(connection, file, partitions)
            try:
                yield found
            finally:
                found.close()


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
                found.wake_others([JOINED])


_LOCKS = text(
    "SELECT objid::bigint AS key, pid FROM pg_locks"
    " WHERE locktype = 'advisory' AND granted AND classid::bigint = :role AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_JOIN = text("SELECT pg_advisory_lock_shared(CAST(:role AS int), CAST(:key AS int))")
_TAKE = text("SELECT pg_try_advisory_lock(CAST(:role AS int), CAST(:key AS int))")
_NOTIFY = text("SELECT pg_notify(:channel, :partitions)")
_END = text("SELECT pg_advisory_unlock(CAST(:role AS int), CAST(:key AS int))")


class _AdvisoryLeases:
    """Leases on PostgreSQL, shared evenly by all processes."""

    def __init__(self, connection: Connection, role: str, partitions: Sequence[int]) -> None:
        self.connection, self.partitions = connection, partitions
        self.held: Sequence[int] = ()
        self._role = zlib.crc32(f"aftercart {role}".encode()) & 0x7FFFFFFF
        self._process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        self._channel, self._woken = f"aftercart {role}", set[int]()
        driver: Any = connection.connection.dbapi_connection
        self._driver = driver
        driver.add_notify_handler(self._note)
        connection.exec_driver_sql(f'LISTEN "{self._channel}"')
        self._call(_JOIN, MEMBER)
        self.wake_others([JOINED])

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

    def fileno(self) -> int:
        return int(self._driver.fileno())

    @property
    def woken(self) -> bool:
        return bool(self._woken)

    def take_woken(self) -> set[int]:
        driver = self._driver.pgconn
        driver.consume_input()  # what came while no statement ran; raises if the connection is lost
        while found := driver.notifies():
            self._note(Notify("", found.extra.decode(), found.be_pid))
        woken, self._woken = self._woken, set()
        return woken

    def wake_others(self, partitions: Collection[int]) -> None:
        named = ",".join(map(str, sorted(partitions)))
        self.connection.execute(_NOTIFY, {"channel": self._channel, "partitions": named})

    def _note(self, wake_up: Notify) -> None:
        if wake_up.pid != self._process:
            self._woken.update(map(int, wake_up.payload.split(",")))

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
    """The lease on all partitions of an SQLite database. Its holder reads the named pipe."""

    def __init__(self, connection: Connection, file: TextIO, partitions: Sequence[int]) -> None:
        self.connection, self.file, self.partitions = connection, file, partitions
        self.held: Sequence[int] = ()
        self.woken = False
        self._pipe_path = f"{file.name}.wake"
        self._pipe: int | None = None

    def balance(self) -> bool:
        if not self.held:
            with suppress(BlockingIOError):
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.held = tuple(self.partitions)
                self._open_pipe()
        return bool(self.held)

    def fileno(self) -> int | None:
        return self._pipe

    def take_woken(self) -> set[int]:
        if self._pipe is None:
            return set()
        try:
            os.read(self._pipe, 4096)
        except BlockingIOError:
            return set()
        return set(self.partitions)

    def wake_others(self, _partitions: Collection[int]) -> None:
        # The holder polls as well: it need not be woken if no process reads the pipe, if the pipe
        # is full of wake-ups, or if there is none.
        with suppress(OSError):
            pipe = os.open(self._pipe_path, os.O_WRONLY | os.O_NONBLOCK)
            try:
                os.write(pipe, b".")
            finally:
                os.close(pipe)

    def close(self) -> None:
        """Close the pipe."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _open_pipe(self) -> None:
        """Open the pipe, or log that there is none: not every file system has named pipes."""
        try:
            if not Path(self._pipe_path).is_fifo():
                os.mkfifo(self._pipe_path, 0o600)
            # open for writing, too: it would seem readable whenever no writer has it open
            self._pipe = os.open(self._pipe_path, os.O_RDWR | os.O_NONBLOCK)
        except OSError as error:
            logger.warning("relay", outcome="polling", error=str(error))
