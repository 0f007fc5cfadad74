"""Let a command end between two steps when the user presses Ctrl-C."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Defer Ctrl-C within the `with` block, and yield a function that returns whether it was
    pressed. Pressed once more, it raises `KeyboardInterrupt` as usual.
    """
    pressed = False

    def note(*_: Any) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    former = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, former)


def until_true(condition: Callable[[], bool], items: Iterable[T]) -> Iterator[T]:
    """Yield the items until a condition is true after one of them."""
    for item in items:
        yield item
        if condition():
            return
