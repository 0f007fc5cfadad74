"""Choose the account of a server: our own, or an unprivileged one if we are root."""

import grp
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.programs import clean_environment
from deploy.stack.trouble import StackError


@dataclass(frozen=True)
class Account:
    """A user and group of this machine, by number and name."""

    uid: int
    gid: int
    user: str
    group: str

    def ours(self) -> bool:
        """Return whether this is our own account."""
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command under this account until it ends, and return the result with its output."""
        other = not self.ours()
        return subprocess.run(
            command,
            cwd=cwd,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def own(self, tree: Path) -> None:
        """Give a file, or a directory with its content, to this account."""
        if self.ours():
            return
        for place, folders, files in os.walk(tree):
            for name in [*folders, *files]:
                os.chown(Path(place, name), self.uid, self.gid, follow_symlinks=False)
        os.chown(tree, self.uid, self.gid, follow_symlinks=False)


def server_account(*harmless: str) -> Account:
    """Return the account for a server that refuses to run as root: our own or, as root, the
    first of these users that exists.

    Raises `StackError`.
    """
    if os.geteuid() != 0:
        return _account_of_number(os.geteuid())
    for name in harmless:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise StackError(
        f"No user {' or '.join(harmless)} exists: add one, or start the stack as an ordinary user."
    )


def _account_of_number(uid: int) -> Account:
    try:
        return _account(pwd.getpwuid(uid))
    except KeyError as error:
        raise StackError(
            f"User {uid} has no name on this machine: add an entry to /etc/passwd."
        ) from error


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name)
