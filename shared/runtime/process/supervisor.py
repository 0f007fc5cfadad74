"""Keeps the worker processes of a service running: starts another for each that ended, slower when
they keep dying.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

LOOK = 0.2  # seconds
HEALTHY = 30.0  # seconds a process must live for its next restart to be immediate
LONGEST_PAUSE = 30.0
GRACE = 60.0  # seconds to finish what was begun


@dataclass
class Slot:
    """One place for a process."""

    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def look(self, now: float) -> None:
        """Starts the process when its time has come, notes when it ended."""
        if self.process is None:
            if now >= self.start_at:
                self.process, self.started = subprocess.Popen(self.command, env=_environment()), now
            return
        code = self.process.poll()
        if code is not None:
            self.failures = 0 if now - self.started > HEALTHY else self.failures + 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**self.failures) if self.failures else 0.0
            log.error("worker", outcome="ended", pid=self.process.pid, code=code, again_in=pause)
            self.process, self.start_at = None, now + pause

    def stop(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Runs `processes` copies of a command until SIGTERM or SIGINT; then passes the signal on and
    waits.
    """

    command: list[str]
    processes: int
    slots: list[Slot] = field(init=False)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.slots = [Slot(self.command) for _ in range(self.processes)]

    def run(self) -> int:
        """0 after a graceful stop, 1 if a process had to be killed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        while not self.stopping:
            for slot in self.slots:
                slot.look(time.monotonic())
            time.sleep(LOOK)
        return self._end()

    def _end(self) -> int:
        for slot in self.slots:
            slot.stop(signal.SIGTERM)
        deadline, killed = time.monotonic() + GRACE, 0
        for process in [slot.process for slot in self.slots if slot.process]:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        return 1 if killed else 0


def worker_command(service: str, threads: int) -> list[str]:
    """How one worker process is started."""
    program = sys.modules[
        "__main__"
    ].__spec__  # the same program that we are, where it was started with -m
    module = program.name if program else "shared.cli.main"
    return [sys.executable, "-m", module, "worker", service, "--child", "--threads", str(threads)]


def _environment() -> dict[str, str]:
    # Read by dramatiq when it is imported: milliseconds until a lost consumer connects again.
    return {"dramatiq_restart_delay": "500", **os.environ}
