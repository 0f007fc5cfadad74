"""Measure how much processor time and memory some processes take."""

import os
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def tree_seconds(pid: int) -> float:
    """Return the seconds of a process and of all its descendants, also of those that ended."""
    children, taken = _processes()
    return sum(taken.get(member, 0.0) for member in _family(pid, children))


def family(pid: int) -> list[int]:
    """Return the numbers of a process and of all its descendants."""
    return _family(pid, _processes()[0])


def resident_megabytes(pid: int) -> float:
    """Return the memory of a process in MB, with all that it shares with others."""
    return _kilobytes(pid, "Rss") / 1024


def own_megabytes(pid: int) -> float:
    """Return the memory of a process in MB, where shared memory is divided among its processes."""
    return _kilobytes(pid, "Pss") / 1024


def _processes() -> tuple[dict[int, list[int]], dict[int, float]]:
    """Return the children of each process, and the seconds of each process."""
    children: dict[int, list[int]] = defaultdict(list)
    taken: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # the process ended meanwhile
            continue
        number = int(path.parent.name)
        children[int(fields[1])].append(number)
        # its own time in programs and in the kernel, and that of its ended children
        taken[number] = sum(int(field) for field in fields[11:15]) / TICKS
    return children, taken


def _family(pid: int, children: dict[int, list[int]]) -> list[int]:
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def _kilobytes(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # the process ended meanwhile, or belongs to another user
        return 0
    for line in lines:
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    return 0
