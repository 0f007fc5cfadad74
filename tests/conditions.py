"""Wait in tests for a condition, never for a time.

A limit is far away, so that no test fails because a machine is slow; one that says something about
speed grows with the machine's slowness (`patient`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar

T = TypeVar("T")
FAR = 300
"""Seconds after which a condition that does not come true fails its test."""
PAUSE_SHARE, REST = 0.05, 3
LONGEST_PAUSE = 0.2
"""A pause of `until` is this share of the time that it has waited, or so many times as long as its
condition took, up to these seconds.
"""
REFERENCE_SECONDS = 0.1
"""How long a process takes to start and to count, on a machine with nothing else to do."""


@cache
def slowness() -> float:
    """Return how many times slower than the reference this machine is now, at least 1."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-S", "-c", "sum(range(1_000_000))"], check=True)
    measured = (time.monotonic() - began) / REFERENCE_SECONDS
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, measured, busy)


def patient(seconds: float) -> float:
    """Return a limit for a machine as slow as this one."""
    return seconds * slowness()


def until(condition: Callable[[], T], timeout: float = FAR, pause: float = 0.02) -> T:
    """Return the first true result of `condition`. Fails after `timeout` seconds and shows the last
    one.

    The longer it waits, and the longer the condition takes, the longer it pauses: asking a server
    50 times a second takes the processor from what is awaited.
    """
    began = asked = time.monotonic()
    while not (answer := condition()):
        now = time.monotonic()
        assert now - began < timeout, (
            f"not within {timeout} seconds: {condition} answered {answer!r}"
        )
        rest = max((now - began) * PAUSE_SHARE, (now - asked) * REST)
        time.sleep(max(pause, min(rest, LONGEST_PAUSE)))
        asked = time.monotonic()
    return answer


def stays(condition: Callable[[], object], seconds: float, pause: float = 0.02) -> bool:
    """Return whether `condition` holds all the time."""
    deadline = time.monotonic() + seconds
    while condition():
        if time.monotonic() > deadline:
            return True
        time.sleep(pause)
    return False


def least(
    count: Callable[[], Mapping[str, int]], seconds: float, pause: float = 0.2
) -> dict[str, int]:
    """Return the minimum of each number within so many seconds, or until all have been 0, so that
    values in passing do not count.
    """
    found, deadline = dict(count()), time.monotonic() + seconds
    while any(found.values()) and time.monotonic() < deadline:
        time.sleep(pause)
        now = count()
        found = {name: min(number, now.get(name, 0)) for name, number in found.items()}
    return found
