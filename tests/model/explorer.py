"""Search all states that a model can reach, with every order of its steps.

The search is breadth first, so that the history it returns for an objection is a shortest one.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
Steps = Callable[[S], Iterable[tuple[str, S]]]
"""Returns the states that may follow, each with the name of its step."""
Objection = Callable[[S, bool], str | None]
"""Returns what is wrong in a state, or None; True: no step follows."""


@dataclass(frozen=True)
class Explored:
    """How much was searched. `interleavings` counts the different orders of steps from the first
    state to an end; they are not counted where something is wrong.
    """

    states: int
    steps: int
    interleavings: int = 0
    objection: str | None = None
    history: tuple[str, ...] = ()


class Search(Generic[S]):
    """One search. Call `run` once. States are numbered, since hashing one takes long."""

    def __init__(self, first: S, steps: Steps[S], objection: Objection[S]) -> None:
        self._steps, self._objection = steps, objection
        self._numbers: dict[S, int] = {first: 0}
        self._came_from: list[tuple[int, str] | None] = [None]
        self._following: list[list[int]] = []

    def run(self) -> Explored:
        """Search until something is wrong, or everything was seen."""
        waiting = deque(self._numbers)
        taken = number = 0
        while waiting:
            state = waiting.popleft()
            following = list(self._steps(state))
            taken += len(following)
            wrong = self._objection(state, not following)
            if wrong:
                history = tuple(self._history(number))
                return Explored(len(self._numbers), taken, objection=wrong, history=history)
            self._following.append(self._numbered(number, following, waiting))
            number += 1
        return Explored(len(self._numbers), taken, self._interleavings())

    def _numbered(
        self, before: int, following: list[tuple[str, S]], waiting: deque[S]
    ) -> list[int]:
        """Return the numbers of the states that follow; new ones wait, in the order of numbers."""
        found = []
        for name, after in following:
            number = self._numbers.setdefault(after, len(self._numbers))
            if number == len(self._came_from):
                self._came_from.append((before, name))
                waiting.append(after)
            found.append(number)
        return found

    def _history(self, number: int) -> list[str]:
        names = []
        before = self._came_from[number]
        while before:
            number, name = before
            names.append(name)
            before = self._came_from[number]
        return names[::-1]

    def _interleavings(self) -> int:
        """Count the paths from the first state to an end. Raises `ValueError` on a circle, in which
        the model would never end.
        """
        paths: dict[int, int] = {}
        entered: set[int] = set()
        stack = [0]
        while stack:
            state = stack[-1]
            missing = [after for after in self._following[state] if after not in paths]
            if missing and state in entered:
                raise ValueError(f"The model can go on for ever: {self._history(state)}")
            if missing:
                entered.add(state)
                stack += missing
                continue
            stack.pop()
            ends = [paths[after] for after in self._following[state]]
            paths[state] = sum(ends) if ends else 1
        return paths[0]
