"""A benchmark ends its servers however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conditions import FAR, until

# A runner that was started with `nohup` ignores SIGHUP, and so do its children.
BENCH = """
import multiprocessing, signal, sys, tempfile, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pathlib import Path
from deploy.bench.guard import guarded_directory
from deploy.stack.account import server_account
from deploy.stack.data_directory import DataDirectory
from deploy.stack.processes import Process
with guarded_directory(), tempfile.TemporaryDirectory() as name:
    server = Process(Path(name), "server")
    data = DataDirectory(Path(name), server_account("postgres", "nobody"))
    data.make()
    data._move_to_tmp()
    server.start(["sleep", "600"])
    pool = multiprocessing.get_context("forkserver").Pool(1)
    sockets = multiprocessing.util.get_temp_dir()
    print(name, data.path.resolve(), sockets, server.pid, flush=True)
    if "end" not in sys.argv:
        time.sleep(600)
    pool.terminate()
    server.stop()
    data.restore()
"""
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1]])
time.sleep(600)
"""


def started(*command: str) -> tuple[subprocess.Popen[str], list[Path], int]:
    """Start a benchmark, directly or by a parent; return it, its directories and its server."""
    process = subprocess.Popen(
        [sys.executable, "-c", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    directory, data, sockets, pid = process.stdout.readline().split()
    return process, [Path(directory).parent, Path(data).parent, Path(sockets)], int(pid)


def ended(pid: int) -> bool:
    """Return whether a process, which is no child of this one, has ended."""
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def remaining(directories: list[Path]) -> list[Path]:
    return [each for each in directories if each.exists()]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_benchmark_that_is_ended_leaves_nothing(sign: signal.Signals) -> None:
    process, directories, server = started(BENCH)
    os.kill(process.pid, sign)
    process.communicate(timeout=FAR)
    until(lambda: ended(server) and not remaining(directories))


def test_a_benchmark_ends_with_its_parent() -> None:
    parent, directories, server = started(PARENT, BENCH)
    parent.kill()
    parent.communicate(timeout=FAR)
    until(lambda: ended(server) and not remaining(directories))


def test_a_benchmark_that_ends_by_itself_removes_its_directory_and_prints_no_error() -> None:
    process, directories, server = started(BENCH, "end")
    assert process.communicate(timeout=FAR) == ("", "")
    assert process.returncode == 0
    assert ended(server)
    assert not remaining(directories)
