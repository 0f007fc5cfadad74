"""Which process is meant: a number alone may belong to somebody else by now."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
DEAD = frozenset("ZX")


class Status(NamedTuple):
    """What the kernel says of a process: one letter, two numbers of others, its threads, clock
    ticks since boot.
    """

    state: str
    parent: int
    session: int
    threads: int
    start: int

    @property
    def dead(self) -> bool:
        """Whether all of it has ended. The first thread is a zombie as soon as it has: until the
        others are gone too, the process still holds its files and ports.
        """
        return self.state in DEAD and self.threads <= 1


@dataclass(frozen=True)
class Identity:
    """A process, told apart from every other that had or will have its number."""

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """The process that has this number now, if there is one (it may be waiting to be
        reaped).
        """
        status = _status(pid)
        return cls(pid, status.start, _boot()) if status else None

    def alive(self) -> bool:
        """Whether this very process still runs; one that waits to be reaped does not."""
        status = self._own_status()
        return status is not None and not status.dead

    def send(self, number: signal.Signals) -> None:
        """Signals this process and no other; nothing happens when it is gone.

        Raises PermissionError when it belongs to another user.
        """
        if self._own_status() is None:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def family(self) -> "list[Identity]":
        """Itself, then all that descend from it or live in its session; nothing when it is gone."""
        if self._own_status() is None:
            return []
        found = {self.pid: self}
        everyone = dict(_everyone())
        grown = True
        while grown:
            kin = {
                pid: Identity(pid, status.start, self.boot)
                for pid, status in everyone.items()
                if pid not in found and (status.parent in found or status.session == self.pid)
            }
            found |= kin
            grown = bool(kin)
        return list(found.values())

    def _own_status(self) -> Status | None:
        status = _status(self.pid)
        return status if status and (status.start, _boot()) == (self.start, self.boot) else None


def _everyone() -> Iterator[tuple[int, Status]]:
    for entry in PROC.iterdir():
        status = _status(int(entry.name)) if entry.name.isdecimal() else None
        if status:
            yield int(entry.name), status


def _status(pid: int) -> Status | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The program's name stands in brackets and may itself hold brackets and spaces.
    fields = text.rpartition(")")[2].split()
    return Status(
        state=fields[0],
        parent=int(fields[1]),
        session=int(fields[3]),
        threads=int(fields[17]),
        start=int(fields[19]),
    )


def _boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()
