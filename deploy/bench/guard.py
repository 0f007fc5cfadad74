"""End the servers of a benchmark however it ends, also when it is killed.

A guard process waits until the benchmark's end of a pipe closes, which the kernel does at any
death. Then it stops every process that is recorded in the benchmark's directory, and removes it.
"""

import ctypes
import multiprocessing.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from deploy.stack.processes import Process

PR_SET_PDEATHSIG = 1
ENDED = b"."  # written to the guard by a benchmark that was not killed
STOP_SECONDS = 5.0


@contextmanager
def guarded_directory() -> Iterator[Path]:
    """Yield a new directory, in which temporary directories are created from now on. Its processes
    end with this one. SIGTERM, SIGHUP and the death of the parent end this one in good order.
    """
    root = Path(tempfile.mkdtemp(prefix="aftercart-bench-"))
    # `multiprocessing` removes its own directory when the interpreter ends, and fails if it is gone
    # by then; child processes use the same one.
    sockets = multiprocessing.util.get_temp_dir()
    former, tempfile.tempdir = tempfile.tempdir, str(root)
    guard = subprocess.Popen(
        [sys.executable, "-m", "deploy.bench.guard", str(root), sockets],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal reaches its whole session
    )
    _end_on_signals(root)
    try:
        yield root
    finally:
        tempfile.tempdir = former
        guard.communicate(ENDED)


def stop_all(root: Path) -> None:
    """Stop all processes that are recorded below a directory, and remove their data elsewhere."""
    for record in sorted(root.rglob("*.json")):
        with suppress(TypeError, ValueError, OSError):  # not every such file records a process
            Process(record.parent, record.stem).stop(STOP_SECONDS)
    for link in list(root.rglob("data")):
        if link.is_symlink():  # `DataDirectory` moved the data to a directory of its own
            shutil.rmtree(link.resolve().parent, ignore_errors=True)


def _end_on_signals(root: Path) -> None:
    """Let signals stop the servers and end this process by an exception. `nohup` keeps a process
    past its terminal and its parent.
    """

    def end(number: int, _frame: Any) -> NoReturn:
        stop_all(root)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    signal.signal(signal.SIGHUP, end)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> None:
    """Wait until the standard input closes, then clean the directory up."""
    root, sockets = sys.argv[1:]
    killed = os.read(sys.stdin.fileno(), 1) != ENDED
    stop_all(Path(root))
    shutil.rmtree(root, ignore_errors=True)
    if killed:
        shutil.rmtree(sockets, ignore_errors=True)


if __name__ == "__main__":
    main()
