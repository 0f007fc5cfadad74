"""The data directory of a local server: readable by its account, with a path short enough for Unix
sockets.
"""

import shutil
import tempfile
from pathlib import Path

from deploy.stack.account import Account

# A Unix socket's whole path may have 107 characters; the servers' own names below their data take
# up to 40.
MAX_PATH_LENGTH = 64
SHORT_PATH = "/tmp"  # noqa: S108 - not TMPDIR, which may be as far out of reach


class DataDirectory:
    """`<home>/data`, or a symbolic link of that name to a directory under /tmp while the server
    runs.

    The link is used when the server's account cannot read the checkout (one under /root), or when
    the path is too long for its sockets.
    """

    def __init__(self, home: Path, account: Account) -> None:
        self.path = home / "data"
        self._account = account

    def prepare(self) -> Path:
        """Create the directory, owned by the account, and return its real path. After a crash it is
        the same one as before.
        """
        self._account.own(self.make().resolve())
        if not self.path.is_symlink() and not self._is_usable():
            self._move_to_tmp()
        return self.path.resolve()

    def make(self) -> Path:
        """Create the directory if it is missing and return its path."""
        if self.path.is_symlink() and not self.path.exists():
            self.path.unlink()  # /tmp was emptied
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path

    def restore(self) -> None:
        """Move the data back to `<home>/data`, so that nothing stays under /tmp."""
        if not self.path.is_symlink():
            return
        place = self.path.resolve()
        self.path.unlink()
        if place.exists():
            _move(place, self.path)
        shutil.rmtree(place.parent, ignore_errors=True)

    def _is_usable(self) -> bool:
        if len(str(self.path.resolve())) > MAX_PATH_LENGTH:
            return False
        return self._account.run(["test", "-w", self.path.resolve()], cwd=Path("/")).returncode == 0

    def _move_to_tmp(self) -> None:
        place = Path(tempfile.mkdtemp(prefix="aftercart-", dir=SHORT_PATH)) / "data"
        _move(self.path, place)
        self._account.own(place.parent)
        self.path.symlink_to(place)


def _move(data: Path, place: Path) -> None:
    """Move data without its sockets, which no file system takes over from another; a server creates
    them anew.
    """
    for path in data.rglob("*"):
        if path.is_socket() or path.is_fifo():
            path.unlink()
    shutil.move(data, place)
