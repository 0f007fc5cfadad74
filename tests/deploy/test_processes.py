"""Processes that outlive the Python process that started them, and are never mistaken for
another.
"""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.stack import state
from deploy.stack.identity import Identity
from deploy.stack.ports import CLIENT_RANGE, LOOPBACK, answers, free_port
from deploy.stack.processes import Process
from deploy.stack.trouble import StackError
from tests.conditions import until
from tests.deploy.words import alive, family_of

SLEEPER = ["sleep", "600"]
PARENT = ["sh", "-c", "sleep 600 & echo ready; wait"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]
POLITE = [
    "sh",
    "-c",
    "trap 'echo good night; exit 0' TERM; echo ready; while :; do sleep 0.05; done",
]

# Its first thread has ended, another holds the port: so it is for a moment with every server of
# many threads.
HEADLESS = """
import ctypes, socket, sys, threading
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=threading.Event().wait).start()
print("ready", flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path, "server")
    yield process
    process.kill()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of the stack's."""
    with subprocess.Popen(SLEEPER) as stranger:
        yield stranger
        stranger.kill()


def start(process: Process, command: list[str]) -> None:
    process.start(command)
    process.await_until(lambda: "ready" in process.log.read_text(), 10, "The test's process")


def test_a_process_is_found_again_by_its_record(process: Process, tmp_path: Path) -> None:
    process.start(SLEEPER)
    again = Process(tmp_path, "server")
    assert again.running()
    assert again.pid == process.pid
    again.stop()
    assert not process.running()


def test_a_process_outlives_the_python_that_started_it(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from deploy.stack.processes import Process; "
        "Process(pathlib.Path(sys.argv[1]), 'server').start(['sleep', '600'])"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)
    process = Process(tmp_path, "server")
    assert process.running()
    process.stop()
    assert not process.running()


def test_a_process_has_a_session_of_its_own_so_that_control_c_does_not_reach_it(
    process: Process,
) -> None:
    process.start(SLEEPER)
    assert os.getsid(process.pid) == process.pid


def test_a_second_start_is_refused(process: Process) -> None:
    process.start(SLEEPER)
    with pytest.raises(StackError, match="already running"):
        process.start(SLEEPER)


def test_a_process_may_end_in_its_own_time(process: Process) -> None:
    start(process, POLITE)
    process.stop()
    assert "good night" in process.log.read_text()


def test_a_process_that_does_not_end_is_killed(process: Process) -> None:
    start(process, STUBBORN)
    process.stop(timeout=0.3)
    assert not process.running()


def test_a_paused_process_can_be_stopped(process: Process) -> None:
    start(process, POLITE)
    process.send(signal.SIGSTOP)
    process.stop()
    assert "good night" in process.log.read_text()


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_no_child_is_left_behind(process: Process, end: Any) -> None:
    start(process, PARENT)
    family = family_of(process.pid)
    assert len(family) == 2
    end(process)
    assert alive(family) == []


def test_a_dead_process_is_reaped_and_its_record_removed(process: Process) -> None:
    process.start(SLEEPER)
    pid = process.pid
    process.kill()
    assert not Path(f"/proc/{pid}").exists()
    assert not process.record.exists()


def test_a_process_that_ended_by_itself_does_not_run(process: Process) -> None:
    process.start(["true"])
    until(lambda: not process.running())
    process.stop()


def test_a_process_lives_until_its_last_thread_has_ended(process: Process) -> None:
    port = free_port()
    start(process, [sys.executable, "-c", HEADLESS, str(port)])
    until(lambda: " Z " in Path(f"/proc/{process.pid}/stat").read_text())
    assert process.running()
    process.kill()
    assert not answers(port)


@pytest.mark.parametrize("other", [{"start": 1}, {"boot": "another"}])
def test_a_number_that_another_process_has_by_now_is_not_signalled(
    process: Process, stranger: subprocess.Popen[bytes], other: Any
) -> None:
    state.save(process.record, replace(Identity.of(stranger.pid), **other))
    assert not process.running()
    process.send(signal.SIGKILL)
    process.kill()
    process.stop()
    assert stranger.poll() is None


def test_the_number_of_a_process_that_is_gone_is_not_signalled(
    process: Process, stranger: subprocess.Popen[bytes]
) -> None:
    gone = Identity.of(stranger.pid)
    stranger.kill()
    stranger.wait()
    state.save(process.record, gone)
    assert not process.running()
    process.stop()


def test_a_command_that_does_not_exist_is_named_in_one_sentence(process: Process) -> None:
    with pytest.raises(StackError, match=r"check that /no/such/server exists") as error:
        process.start(["/no/such/server"])
    assert "\n" not in str(error.value)


def test_a_process_that_ends_too_early_is_reported_with_its_last_words(process: Process) -> None:
    process.start(["sh", "-c", "echo cannot open the door; exit 1"])
    with pytest.raises(StackError) as error:
        process.await_until(lambda: False, 10, "The door")
    first, *log = str(error.value).splitlines()
    assert first.startswith("The door ended before it was ready")
    assert str(process.log) in first
    assert log == ["  cannot open the door"]


def test_a_process_that_is_never_ready_is_reported(process: Process) -> None:
    process.start(SLEEPER)
    with pytest.raises(
        StackError, match=r"The sleeper was not ready after 0\.1 seconds: put right"
    ):
        process.await_until(lambda: False, 0.1, "The sleeper")


def test_of_our_environment_a_process_sees_nothing_but_path(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RABBITMQ_NODENAME", "somebody@else")
    process.start(["env"], env={"GIVEN": "yes"})
    until(lambda: not process.running())
    names = {line.partition("=")[0] for line in process.log.read_text().splitlines()}
    assert names == {"PATH", "LANG", "GIVEN"}


def test_records_are_private(process: Process) -> None:
    process.start(SLEEPER)
    assert process.record.stat().st_mode & 0o777 == 0o600


def test_a_free_port_can_be_bound_and_no_client_will_take_it() -> None:
    port = free_port()
    assert port < int(CLIENT_RANGE.read_text().split()[0])
    with socket.create_server((LOOPBACK, port)):
        pass


def test_a_port_is_given_once_though_its_server_has_not_begun_to_listen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = free_port()
    monkeypatch.setattr(random, "sample", lambda *_: [first, first + 1, first + 2])
    assert free_port() != first


def test_a_port_that_another_process_was_given_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = "from deploy.stack.ports import free_port; print(free_port(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", asking], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        theirs = int(other.stdout.readline())
        monkeypatch.setattr(random, "sample", lambda *_: [theirs, theirs + 1, theirs + 2])
        assert free_port() != theirs
        other.communicate(b"\n")
    monkeypatch.setattr(random, "sample", lambda *_: [theirs])
    assert free_port() == theirs
