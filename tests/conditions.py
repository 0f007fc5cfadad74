"""Wait in tests for a condition, never for a time."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], timeout: float = 30, pause: float = 0.02) -> T:
    """Return the first true result of `condition`. Fails after `timeout` seconds and shows the last
    one.
    """
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < deadline, (
            f"not within {timeout} seconds: {condition} answered {answer!r}"
        )
        time.sleep(pause)
    return answer


def stays(condition: Callable[[], object], seconds: float) -> bool:
    """Return whether `condition` holds all the time."""
    deadline = time.monotonic() + seconds
    while condition():
        if time.monotonic() > deadline:
            return True
        time.sleep(0.02)
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
