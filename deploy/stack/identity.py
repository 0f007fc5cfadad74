"""Identify processes: a number alone may belong to another process by now."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
DEAD = frozenset("ZX")


class Status(NamedTuple):
    """A process in the kernel's words: its state letter, parent and session, its threads, and
    its start in clock ticks since boot.
    """

    state: str
    parent: int
    session: int
    threads: int
    start: int

    @property
    def dead(self) -> bool:
        """Whether the process has ended with all its threads. After its first thread ended, it
        is a zombie, but holds files and ports until the others end.
        """
        return self.state in DEAD and self.threads <= 1


@dataclass(frozen=True)
class Identity:
    """One process, distinguished from all others that had or will have its number."""

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """Return the process with this number now, or None. It may be a zombie."""
        status = _status(pid)
        return cls(pid, status.start, _boot()) if status else None

    def alive(self) -> bool:
        """Return whether this process still runs; a zombie does not."""
        status = self._own_status()
        return status is not None and not status.dead

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process and no other, if it still exists.

        Raises `PermissionError` if it belongs to another user.
        """
        if self._own_status() is None:
            return
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def family(self) -> "list[Identity]":
        """Return the process, its descendants and the members of its session; nothing if it has
        ended.
        """
        if self._own_status() is None:
            return []
        found = {self.pid: self}
        everyone = dict(_everyone())
        grown = True
        while grown:
            kin = {}
            for pid, status in everyone.items():
                related = status.parent in found or status.session == self.pid
                if related and pid not in found:
                    kin[pid] = Identity(pid, status.start, self.boot)
            found |= kin
            grown = bool(kin)
        return list(found.values())

    def _own_status(self) -> Status | None:
        status = _status(self.pid)
        if status is None or (status.start, _boot()) != (self.start, self.boot):
            return None
        return status


def _everyone() -> Iterator[tuple[int, Status]]:
    for entry in PROC.iterdir():
        if not entry.name.isdecimal():
            continue
        status = _status(int(entry.name))
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
