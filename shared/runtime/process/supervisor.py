"""Run the worker processes of a service and restart those that end, with growing pauses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from shared.runtime.clock import backoff
from shared.runtime.process.ready_pipe import ReadyPipe

logger = structlog.get_logger()

CHECK_SECONDS = 0.2  # between two checks of the processes
HEALTHY_SECONDS = 30.0  # a process that ran longer is restarted at once
MAX_PAUSE = 30.0  # seconds until a restart
GRACE_SECONDS = 60.0  # for running batches to finish at a stop
STUCK_SECONDS = 30.0  # without a check of the processes, the supervisor is stuck


@dataclass
class Slot:
    """One of the supervised processes."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    pipe: ReadyPipe | None = None

    @property
    def ready(self) -> bool:
        """Return whether the process is connected to its database and to RabbitMQ."""
        return self.pipe is not None and self.pipe.ready

    def check(self, now: float) -> None:
        """Start the process if it is due; schedule a restart if it ended."""
        if self.process is None:
            if now >= self.start_at:
                self._start(now)
            return
        if self.pipe is not None:
            self.pipe.update()
        code = self.process.poll()
        if code is not None:
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
            env=_environment() | self.pipe.environment(),
            pass_fds=(self.pipe.write,),
        )
        self.started = now
        self.pipe.started()


@dataclass
class Supervisor:
    """Runs `processes` copies of a command until SIGTERM or SIGINT, then stops them and waits."""

    command: list[str]
    processes: int
    slots: list[Slot] = field(init=False)
    stopping: bool = False
    checked: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.slots = [Slot(self.command) for _ in range(self.processes)]

    def run(self) -> int:
        """Run until a signal. Return 0 after a graceful stop, 1 if a process had to be killed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        while not self.stopping:
            for slot in self.slots:
                slot.check(time.monotonic())
            self.checked = time.monotonic()
            time.sleep(CHECK_SECONDS)
        return self._end()

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
