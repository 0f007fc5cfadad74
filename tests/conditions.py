"""Waiting in tests: for a condition, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], timeout: float = 10, pause: float = 0.02) -> T:
    """The first true answer of `condition`; after `timeout` seconds it fails and shows the last one."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} seconds: {condition} answered {answer!r}"
        time.sleep(pause)
    return answer


def stays(condition: Callable[[], object], seconds: float) -> bool:
    """Whether `condition` holds all the time."""
    deadline = time.monotonic() + seconds
    while condition():
        if time.monotonic() > deadline:
            return True
        time.sleep(0.02)
    return False
