"""Where a server's data lie while it runs: where its account can reach them, under a name that is
short enough.
"""

import shutil
import tempfile
from pathlib import Path

from deploy.stack.account import Account

# A Unix socket's whole path may have 107 characters; the servers' own names below their data take
# up to 40.
LONGEST_PATH = 64


class Lodging:
    """`<home>/data`, or behind a symbolic link of that name a directory under /tmp for as long as
    the server runs.

    The latter when we are root and the server is not and cannot come in (a checkout under /root),
    or when the path is too long for its sockets.
    """

    def __init__(self, home: Path, account: Account) -> None:
        self.path = home / "data"
        self._account = account

    def occupy(self) -> Path:
        """The place itself, owned by the account; after a crash it is the same as before."""
        self._account.own(self.make().resolve())
        if not self.path.is_symlink() and not self._suits():
            self._move_out()
        return self.path.resolve()

    def make(self) -> Path:
        """The path, with a directory there or behind it, whether the server runs or not."""
        if self.path.is_symlink() and not self.path.exists():
            self.path.unlink()  # /tmp was emptied
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path

    def leave(self) -> None:
        """Brings the data home, so that nothing stays under /tmp."""
        if not self.path.is_symlink():
            return
        place = self.path.resolve()
        self.path.unlink()
        if place.exists():
            shutil.move(place, self.path)
        shutil.rmtree(place.parent, ignore_errors=True)

    def _suits(self) -> bool:
        if len(str(self.path.resolve())) > LONGEST_PATH:
            return False
        return self._account.run(["test", "-w", self.path.resolve()], cwd=Path("/")).returncode == 0

    def _move_out(self) -> None:
        # Not in TMPDIR, which may be as far out of reach.
        place = Path(tempfile.mkdtemp(prefix="aftercart-", dir="/tmp")) / "data"
        shutil.move(self.path, place)
        self._account.own(place.parent)
        self.path.symlink_to(place)
