"""Measure how much time of the processor some processes take."""

import os
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def tree_seconds(pid: int) -> float:
    """Return the seconds of a process and of all its descendants, also of those that ended."""
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
    return _sum(pid, children, taken)


def _sum(pid: int, children: dict[int, list[int]], taken: dict[int, float]) -> float:
    found = taken.get(pid, 0.0)
    for child in children[pid]:
        found += _sum(child, children, taken)
    return found
