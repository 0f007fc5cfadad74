"""Start processes of the local stack detached, record them in files, and stop them from any
other process.
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM, Signals

from deploy.stack import state
from deploy.stack.account import Account
from deploy.stack.identity import Identity
from deploy.stack.ports import free_port
from deploy.stack.programs import clean_environment
from deploy.stack.trouble import StackError

__all__ = ["Process", "StackError", "free_port"]

POLL_SECONDS = 0.02
GRACE_SECONDS = 2.0
LOG_LINES = 20

# Children of this Python process, by number, until they are reaped.
_children: dict[int, subprocess.Popen[bytes]] = {}


class Process:
    """A server in a session of its own, recorded in `<directory>/<name>.json`. Its output is in
    `<name>.log` there.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.name = name
        self.record = directory / f"{name}.json"
        self.log = directory / f"{name}.log"

    def start(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
    ) -> None:
        """Start the command with this environment (and PATH), under another account if one is
        given.

        Raises `StackError` if it runs already or cannot be executed.
        """
        if self.running():
            raise StackError(f"{self.name} is already running: stop it first.")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        identity = Identity.of(self._spawn(command, env or {}, cwd, account))
        if identity:
            state.save(self.record, identity)

    @property
    def pid(self) -> int | None:
        """The number of the running process."""
        identity = self._identity()
        if identity is None or not identity.alive():
            return None
        return identity.pid

    def running(self) -> bool:
        """Return whether the recorded process is alive, and not a later one with its number."""
        return self.pid is not None

    def send(self, number: Signals) -> None:
        """Send a signal to the process if it runs. Raises `StackError` if it belongs to another
        user.
        """
        identity = self._identity()
        if identity:
            self._signal(identity, number)

    def stop(self, timeout: float = 10.0, number: Signals = SIGTERM) -> None:
        """Terminate the process, wait for these seconds, and kill what remains of it and its
        children.
        """
        identity = self._identity()
        if identity is None:
            return
        family = identity.family()
        self._signal(identity, number)
        self._signal(identity, SIGCONT)  # a paused process would never see the signal
        if _comes(lambda: not self.running(), timeout):
            _comes(lambda: _gone(family), min(timeout, GRACE_SECONDS))
        for member in family:
            self._signal(member, SIGKILL)
        _comes(lambda: not self.running() and _gone(family), GRACE_SECONDS)
        _reap(identity)  # it may have ended between the last look for a child and that at its state
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the process and its children at once."""
        self.stop(timeout=0, number=SIGKILL)

    def await_until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until the condition holds. Raises `StackError` after these seconds, or when the
        process ends.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if not self.running():
                raise self._trouble(f"{what} ended before it was ready")
            if time.monotonic() > deadline:
                raise self._trouble(f"{what} was not ready after {timeout:g} seconds")
            time.sleep(POLL_SECONDS)

    def _spawn(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str],
        cwd: Path | None,
        account: Account | None,
    ) -> int:
        other = None if account is None or account.ours() else account
        try:
            with self.log.open("ab") as log:
                child = subprocess.Popen(
                    command,
                    env=clean_environment() | dict(env),
                    cwd=cwd,
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=other.uid if other else None,
                    group=other.gid if other else None,
                    extra_groups=[] if other else None,
                )
        except OSError as error:
            raise StackError(
                f"{self.name} could not be started ({error}): "
                f"check that {command[0]} exists and is executable."
            ) from error
        _children[child.pid] = child
        return child.pid

    def _identity(self) -> Identity | None:
        identity = state.load(self.record, Identity)
        if identity:
            _reap(identity)
        return identity

    def _signal(self, identity: Identity, number: Signals) -> None:
        try:
            identity.send(number)
        except PermissionError as error:
            raise StackError(
                f"{self.name} (process {identity.pid}) belongs to another user: "
                "do this as the user who started it."
            ) from error

    def _trouble(self, what: str) -> StackError:
        lines = (
            self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            if self.log.exists()
            else []
        )
        advice = f"{what}: put right what the last lines of {self.log} say, then start again."
        return StackError("\n  ".join([advice, *lines]))


def _reap(identity: Identity) -> None:
    child = _children.get(identity.pid)
    if child and child.poll() is not None:
        _children.pop(child.pid, None)


def _gone(family: list[Identity]) -> bool:
    return not any(member.alive() for member in family)


def _comes(condition: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
