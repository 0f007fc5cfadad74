"""Kill this process (SIGKILL) at a step, which is a call of a function: before it or after it.

The function is wrapped in the process that is to die; the code that is tested knows nothing of it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from signal import SIGKILL
from typing import Any, Literal


def any_result(_result: Any) -> bool:
    """Let every call count."""
    return True


@dataclass(frozen=True)
class Step:
    """The `count`-th call of a function (`module:name` or `module:Class.name`): the process is
    killed before or after it. After it, only calls with a certain result count.
    """

    when: Literal["before", "after"]
    place: str
    count: int = 1
    counts: Callable[[Any], bool] = any_result

    def __str__(self) -> str:
        return f"{self.when} {self.place.rpartition('.')[2]}"


def die_at(step: Step, armed: Callable[[], bool] = lambda: True) -> None:
    """Die at a step. Calls count while the failpoint is armed."""
    module, _, path = step.place.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    whole, calls = getattr(owner, name), 0

    def mortal(*args: Any, **options: Any) -> Any:
        nonlocal calls
        if not armed():
            return whole(*args, **options)
        if step.when == "before":
            calls += 1
            _die_if(calls == step.count)
        result = whole(*args, **options)
        if step.when == "after" and step.counts(result):
            calls += 1
            _die_if(calls == step.count)
        return result

    setattr(owner, name, mortal)


def _die_if(due: bool) -> None:
    if due:
        os.kill(os.getpid(), SIGKILL)
