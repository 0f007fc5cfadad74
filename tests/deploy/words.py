"""What the tests of the local stack say about processes and places."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.identity import Identity


def family_of(pid: int | None) -> list[Identity]:
    """A process that runs, and all it started."""
    assert pid is not None
    identity = Identity.of(pid)
    assert identity is not None
    return identity.family()


def alive(family: list[Identity]) -> list[int]:
    """The numbers of those that still run."""
    return [member.pid for member in family if member.alive()]


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that every user can come into, as pytest's are not."""
    place = Path(tempfile.mkdtemp(prefix="open-", dir="/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)
