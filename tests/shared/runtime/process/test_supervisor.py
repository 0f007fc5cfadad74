"""The probes of a supervisor, over processes that only report."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.process import supervisor
from shared.runtime.process.ready_pipe import ReadyReport
from shared.runtime.process.supervisor import Supervisor
from tests.conditions import until

REPORT = """
import sys
from shared.runtime.process.ready_pipe import ReadyReport
report = ReadyReport()
for line in sys.stdin:
    if line == "end\\n":
        break
    report.report(line == "ready\\n")
"""
NOT_CONNECTED = "No worker process is connected to its database and to RabbitMQ."


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A supervisor of one process that reports what is written to its standard input."""
    start = supervisor.subprocess.Popen  # type: ignore[attr-defined]

    def start_with_input(command: Any, **options: Any) -> Any:
        return start(command, stdin=supervisor.subprocess.PIPE, **options)  # type: ignore[attr-defined]

    monkeypatch.setattr(supervisor.subprocess, "Popen", start_with_input)  # type: ignore[attr-defined]
    found = Supervisor([sys.executable, "-c", REPORT], 1)
    check(found)
    yield found
    [slot] = found.slots
    if slot.process:
        slot.process.kill()
        slot.process.communicate()


def check(found: Any) -> None:
    for slot in found.slots:
        slot.check(time.monotonic())


def report(found: Any, line: Any) -> None:
    process = found.slots[0].process
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()


def becomes(found: Any, answer: Any) -> Any:
    def answers() -> bool:
        check(found)
        return found.probes()["/-/ready"]() == answer

    return until(answers)


def test_ready_only_while_a_process_reports_that_it_is_connected(supervised: Any) -> None:
    assert supervised.not_ready() == NOT_CONNECTED
    report(supervised, "ready")
    assert becomes(supervised, "")
    report(supervised, "not connected")
    assert becomes(supervised, NOT_CONNECTED)
    report(supervised, "ready")
    assert becomes(supervised, "")
    process = supervised.slots[0].process
    report(supervised, "end")
    assert becomes(supervised, NOT_CONNECTED)
    process.communicate()


def test_a_stopping_supervisor_is_healthy_and_not_ready(supervised: Any) -> None:
    report(supervised, "ready")
    assert becomes(supervised, "")
    supervised.stopping = True
    supervised.checked = 0
    assert supervised.not_ready() == "The worker processes are being stopped."
    assert supervised.probes()["/-/healthy"]() == ""


def test_a_supervisor_that_checks_nothing_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Supervisor([], 1)
    assert found.not_healthy() == ""
    found.checked -= supervisor.STUCK_SECONDS + 1
    assert found.not_healthy() == "The supervisor no longer checks its worker processes."


FIRST_THEN_WRONG = """
import os, sys
from pathlib import Path
from shared.runtime.process.ready_pipe import ReadyReport
earlier = Path(sys.argv[1])
if earlier.exists():
    raise SystemExit(int(sys.argv[2]))
earlier.touch()
ReadyReport().settings_are_read()
"""


def test_a_setting_that_becomes_wrong_later_does_not_end_the_supervisor(tmp_path: Path) -> None:
    code = str(supervisor.MISCONFIGURED)
    command = [sys.executable, "-c", FIRST_THEN_WRONG, str(tmp_path / "earlier"), code]
    found = Supervisor(command, 1)

    def ended_twice() -> bool:
        found.check()
        return found.slots[0].ends == 2

    until(ended_twice)
    assert found.slots[0].last_code == supervisor.MISCONFIGURED
    assert not found.slots[0].misconfigured
    found.slots[0].start_at = float("inf")


def test_a_process_without_a_supervisor_reports_to_nobody() -> None:
    ReadyReport().report(True)
