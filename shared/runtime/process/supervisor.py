"""Run the worker processes of a service and restart those that end, with growing pauses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from shared.runtime.clock import backoff
from shared.runtime.process.ready_pipe import ReadyPipe

logger = structlog.get_logger()

CHECK_SECONDS = 0.2  # between two checks of the processes
HEALTHY_SECONDS = 30.0  # a process that ran longer is restarted at once
MAX_PAUSE = 30.0  # seconds until a restart
GRACE_SECONDS = 60.0  # for running batches to finish at a stop
STUCK_SECONDS = 30.0  # without a check of the processes, the supervisor is stuck
MISCONFIGURED = 65  # exit code (EX_DATAERR) of a process that finds a wrong setting
OUTDATED = 78  # exit code (EX_CONFIG) of a process that finds its database at another revision


class CountingFiles(Protocol):
    """The files in which worker processes count."""

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a process that counts in them."""

    def retain(self, running: Collection[int]) -> None:
        """Remove the files of all processes but these."""


@dataclass
class Slot:
    """One of the supervised processes."""

    command: list[str]
    more_environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    ends: int = 0
    last_code: int | None = None
    pipe: ReadyPipe | None = None
    settings_read: bool = False

    @property
    def pid(self) -> int | None:
        """Return the process id, or None if no process was started or found to have ended."""
        return self.process.pid if self.process else None

    @property
    def ready(self) -> bool:
        """Return whether the process is connected to its database and to RabbitMQ."""
        return self.pipe is not None and self.pipe.ready

    @property
    def misconfigured(self) -> bool:
        """Return whether the process ended for a wrong setting, and none in its place before it had
        valid ones: an attempt more would not help.
        """
        return self.last_code == MISCONFIGURED and not self.settings_read

    def check(self, now: float) -> None:
        """Start the process if it is due; schedule a restart if it ended."""
        if self.process is None:
            if now >= self.start_at:
                self._start(now)
            return
        if self.pipe is not None:
            self.pipe.update()
            self.settings_read = self.settings_read or self.pipe.settings_read
        code = self.process.poll()
        if code is not None:
            self.ends, self.last_code = self.ends + 1, code
            if self.misconfigured:  # the process said why
                self.process = None
                return
            if now - self.started > HEALTHY_SECONDS:
                self.failures, pause = 0, 0.0
            else:
                self.failures += 1
                pause = backoff(0.25, self.failures, MAX_PAUSE)
            logger.error("worker", outcome="ended", pid=self.process.pid, code=code, again_in=pause)
            self.process, self.start_at = None, now + pause
            if self.pipe is not None:
                self.pipe.close()
                self.pipe = None

    def stop(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def _start(self, now: float) -> None:
        self.pipe = ReadyPipe()
        self.process = subprocess.Popen(
            self.command,
            env=_environment() | self.pipe.environment() | dict(self.more_environment),
            pass_fds=(self.pipe.write,),
        )
        self.started = now
        self.pipe.started()


@dataclass
class Supervisor:
    """Runs `processes` copies of a command until SIGTERM or SIGINT, then stops them and waits."""

    command: list[str]
    processes: int
    files: CountingFiles | None = None
    slots: list[Slot] = field(init=False)
    running: set[int] = field(default_factory=set)
    stopping: bool = False
    checked: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        more = self.files.environment() if self.files else {}
        self.slots = [Slot(self.command, more) for _ in range(self.processes)]

    def run(self) -> int:
        """Run until a signal, or until the first process finds a wrong setting. Return 0 after a
        graceful stop, 1 for a wrong setting and if a process had to be killed.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        while not self.stopping:
            self.check()
            if self.slots[0].misconfigured:
                return 1
            time.sleep(CHECK_SECONDS)
        return self._end()

    def check(self) -> None:
        """Start processes that are due, and note those that ended. The first one reads its settings
        alone, so that a wrong one is reported once.
        """
        first, *others = self.slots
        first.check(time.monotonic())
        if first.settings_read:
            for slot in others:
                slot.check(time.monotonic())
        running = {slot.pid for slot in self.slots if slot.pid is not None}
        if self.files and running != self.running:
            self.files.retain(running)
        self.running = running
        self.checked = time.monotonic()

    def probes(self) -> dict[str, Callable[[], str]]:
        """Return the probes for an orchestrator, by path."""
        return {"/-/healthy": self.not_healthy, "/-/ready": self.not_ready}

    def not_healthy(self) -> str:
        """Return why the supervisor must be restarted, or an empty text."""
        stuck = not self.stopping and time.monotonic() - self.checked > STUCK_SECONDS
        if not stuck:
            return ""
        return "The supervisor no longer checks its worker processes."

    def not_ready(self) -> str:
        """Return why no message is handled here, or an empty text."""
        if self.stopping:
            return "The worker processes are being stopped."
        if not any(slot.ready for slot in self.slots):
            return "No worker process is connected to its database and to RabbitMQ."
        return ""

    def _end(self) -> int:
        for slot in self.slots:
            slot.stop(signal.SIGTERM)
        deadline, killed = time.monotonic() + GRACE_SECONDS, 0
        for slot in self.slots:
            if slot.process is None:
                continue
            try:
                slot.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                slot.process.kill()
                killed += 1
        if killed:
            return 1
        return 0


def worker_command(service: str, threads: int) -> list[str]:
    """Return the command that starts one worker process."""
    program = sys.modules["__main__"].__spec__  # set where this program was started with -m
    module = program.name if program else "shared.cli.main"
    return [sys.executable, "-m", module, "worker", service, "--child", "--threads", str(threads)]


def _environment() -> dict[str, str]:
    # dramatiq reads this at import: milliseconds until a lost consumer reconnects.
    return {"dramatiq_restart_delay": "500", **os.environ}
