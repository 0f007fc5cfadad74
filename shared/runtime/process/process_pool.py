"""Run jobs in child processes, so that untrusted data can crash or exhaust only those.

Children are forked from a warm process, have limits of time and memory, and are replaced after some
jobs. A job that ends its child has a result, too: `Failed`.
"""

import contextlib
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from shared.runtime import metrics
from shared.runtime.errors import NotYet

JOBS = metrics.counter("pool_jobs", "Jobs of child processes by outcome", "pool", "outcome")
JOB_SECONDS = metrics.histogram(
    "pool_run_seconds", "Seconds that a child process was busy with jobs sent together", "pool"
)
BUSY = metrics.gauge("pool_busy", "Child processes with a job", "pool", mode="livesum")
MEBIBYTE = 2**20
Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Limits:
    """Limits of a job: `seconds` of wall-clock time, `busy` seconds of CPU time. Limits of a child:
    `memory` in MiB, and the number of `jobs` until it is replaced.
    """

    seconds: int
    busy: int
    memory: int
    jobs: int


@dataclass(frozen=True)
class Failed:
    """The result of a job that failed. `reason` is a sentence without its full stop."""

    reason: str


class ProcessPool:
    """Child processes, as many as threads run jobs at the same time. A failed child is replaced.

    `warm` is a module that is imported once, before children are forked. `name` labels its metrics.
    """

    def __init__(self, limits: Limits, warm: str, name: str) -> None:
        self._limits, self._idle, self._lock, self.name = limits, list[_Child](), Lock(), name
        self._context = multiprocessing.get_context("forkserver")
        # The package first: it decides what structlog loads.
        self._context.set_forkserver_preload(["shared.runtime", warm])

    def open(self) -> None:
        """Start the process that children are forked from, so that the first job waits less for
        its imports.
        """
        forkserver.ensure_running()

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in a child and return its result, or `Failed`. Raises `NotYet` if no
        child can be started.
        """
        return self.run_all(function, [arguments])[0]

    def run_all(self, function: Callable[..., Any], jobs: Sequence[Arguments]) -> list[Any]:
        """Call a function with each of several arguments, sent to the child together."""
        done: list[Any] = []
        with BUSY.labels(self.name).track_inprogress():
            while len(done) < len(jobs):
                child = self._take()
                began = time.perf_counter()
                try:
                    results = child.run(function, jobs[len(done) :])
                except BaseException:
                    child.end()
                    raise
                self._count(results, time.perf_counter() - began)
                done += results
                self._release(child)
        return done

    def _count(self, results: Sequence[Any], seconds: float) -> None:
        """Count jobs that ran one after another in `seconds`."""
        failed = sum(isinstance(result, Failed) for result in results)
        JOBS.labels(self.name, "done").inc(len(results) - failed)
        JOBS.labels(self.name, "failed").inc(failed)
        JOB_SECONDS.labels(self.name).observe(seconds)

    def pids(self) -> list[int]:
        """Return the ids of the idle processes."""
        with self._lock:
            return [child.process.pid for child in self._idle]

    def close(self) -> None:
        """Kill all idle children."""
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

    def _release(self, child: "_Child") -> None:
        if not child.usable:
            child.end()
            return
        with self._lock:
            self._idle.append(child)


class _Child:
    """A child process and the pipe to it."""

    def __init__(self, context: Any, limits: Limits) -> None:
        self._limits, self._left = limits, limits.jobs
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self.process.start()
        theirs.close()
        self._await()

    @property
    def usable(self) -> bool:
        """Return whether it may run another job."""
        return self._left > 0

    def run(self, function: Callable[..., Any], jobs: Sequence[Arguments]) -> list[Any]:
        """Return the results of jobs, up to the first that fails."""
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
        """Kill the process, even in the middle of a job."""
        with contextlib.suppress(ValueError):
            self.process.kill()
            self.process.join()
            self.process.close()
        self._connection.close()

    def _await(self) -> None:
        """Wait until the child is ready. Raises `NotYet`: a child that cannot start is not the
        job's fault.
        """
        try:
            ready = self._connection.poll(self._limits.seconds) and self._connection.recv()
        except (EOFError, ConnectionError):
            ready = False
        if not ready:
            self.end()
            raise NotYet("No child process could be started.")

    def _answer(self) -> Any:
        if not self._connection.poll(self._limits.seconds):
            return Failed(f"it took longer than {self._limits.seconds} s")
        return self._connection.recv()

    def _why_dead(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        if code == -signal.SIGXCPU:
            return f"it needed more than {self._limits.busy} s of computing time"
        if code < 0:
            return f"it crashed its process ({signal.Signals(-code).name})"
        return f"its process ended with code {code}"


def _serve(connection: Connection, limits: Limits) -> None:
    """Run jobs until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent closes the pipe after its own stop
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEBIBYTE, limits.memory * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(True)
    while True:
        try:
            function, jobs = connection.recv()
        except (EOFError, ConnectionError):
            return
        for arguments in jobs:
            _limit_cpu(limits.busy)
            connection.send(_outcome(function, arguments, limits))


def _outcome(function: Callable[..., Any], arguments: Arguments, limits: Limits) -> Any:
    try:
        return function(*arguments)
    except MemoryError:
        return Failed(f"it needed more than {limits.memory} MiB of memory")
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _limit_cpu(seconds: int) -> None:
    """Let the kernel kill the process after so many more seconds of CPU time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most)
    )
