"""Work that is done in child processes: whatever it does there, it does to nobody else.

Children are forked from a warm process, have limits of time and memory, and make room for fresh
ones after some jobs. What becomes of a job is a value, also when it ended its child.
"""

import contextlib
import multiprocessing
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from shared.runtime.errors import NotYet

MEBIBYTE = 2**20
Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Limits:
    """Of a job: `seconds` of the clock, `busy` seconds of the processor. Of a child: `memory` in
    MiB, and how many `jobs` it does before a fresh one takes its place.
    """

    seconds: int
    busy: int
    memory: int
    jobs: int


@dataclass(frozen=True)
class Failed:
    """What became of a job that brought nothing: `reason` says why, in a sentence that nothing
    ends.
    """

    reason: str


class ProcessPool:
    """As many as threads ask at the same time. A child that failed is never asked again.

    `warm`: a module that is imported once, before all of them are forked.
    """

    def __init__(self, limits: Limits, warm: str) -> None:
        self._limits, self._idle, self._lock = limits, list[_Child](), Lock()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([warm])

    def open(self) -> None:
        """Has the first child forked, so that the first job does not wait until all is loaded."""
        self._give_back(_Child(self._context, self._limits))

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function returns in a child, or `Failed`. Raises `NotYet` where no child
        begins.
        """
        return self.run_all(function, [arguments])[0]

    def run_all(self, function: Callable[..., Any], jobs: Sequence[Arguments]) -> list[Any]:
        """The same for each of several arguments, which travel to the child together."""
        done: list[Any] = []
        while len(done) < len(jobs):
            child = self._take()
            try:
                done += child.run(function, jobs[len(done) :])
            except BaseException:
                child.end()
                raise
            self._give_back(child)
        return done

    def pids(self) -> list[int]:
        """The processes that wait for work."""
        with self._lock:
            return [child.process.pid for child in self._idle]

    def close(self) -> None:
        """Ends them."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.end()

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.process.is_alive():
                    return child
                child.end()
        return _Child(self._context, self._limits)

    def _give_back(self, child: "_Child") -> None:
        if not child.usable:
            child.end()
            return
        with self._lock:
            self._idle.append(child)


class _Child:
    """One process and the way to it."""

    def __init__(self, context: Any, limits: Limits) -> None:
        self._limits, self._left = limits, limits.jobs
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self.process.start()
        theirs.close()
        self._await()

    @property
    def usable(self) -> bool:
        """Whether it may be asked again."""
        return self._left > 0

    def run(self, function: Callable[..., Any], jobs: Sequence[Arguments]) -> list[Any]:
        """What becomes of the jobs, up to the first that fails."""
        done: list[Any] = []
        self._left -= len(jobs)
        try:
            self._connection.send((function, jobs))
            while len(done) < len(jobs):
                done.append(self._answer())
                if isinstance(done[-1], Failed):
                    self._left = 0
                    break
        except (EOFError, ConnectionError):
            self._left = 0
            done.append(Failed(self._why_dead()))
        return done

    def end(self) -> None:
        """At once, whatever it does."""
        with contextlib.suppress(ValueError):
            self.process.kill()
            self.process.join()
            self.process.close()
        self._connection.close()

    def _await(self) -> None:
        """A child that does not even begin is no fault of the job."""
        try:
            ready = self._connection.poll(self._limits.seconds) and self._connection.recv()
        except (EOFError, ConnectionError):
            ready = False
        if not ready:
            self.end()
            raise NotYet("no child process begins that could do the work")

    def _answer(self) -> Any:
        if not self._connection.poll(self._limits.seconds):
            return Failed(f"it took longer than {self._limits.seconds} s")
        return self._connection.recv()

    def _why_dead(self) -> str:
        self.process.join()
        return f"its process ended with {self.process.exitcode} (a negative number is the signal)"


def _serve(connection: Connection, limits: Limits) -> None:
    """Does what comes until nothing will come any more."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the parent stops gracefully, and then closes the connection
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEBIBYTE, limits.memory * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(True)
    while True:
        try:
            function, jobs = connection.recv()
        except (EOFError, ConnectionError):
            return
        for arguments in jobs:
            _allow(limits.busy)
            connection.send(_outcome(function, arguments, limits))


def _outcome(function: Callable[..., Any], arguments: Arguments, limits: Limits) -> Any:
    try:
        return function(*arguments)
    except MemoryError:
        return Failed(f"it needed more than {limits.memory} MiB of memory")
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _allow(seconds: int) -> None:
    """The kernel ends the process when it has used the processor for so long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most)
    )
