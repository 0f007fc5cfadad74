"""Compare rounds of one worker process with rounds of two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Round:
    """Effects per second, and milliseconds of the processor that each one took: of the workers with
    their child processes, of PostgreSQL, and of RabbitMQ.
    """

    rate: float
    worker: float = 0.0
    postgres: float = 0.0
    rabbit: float = 0.0


OneRound = Callable[[int], Round]
"""Measures a number of processes."""


@dataclass(frozen=True)
class Comparison:
    """The rounds of one process and of two."""

    one: Sequence[Round]
    two: Sequence[Round]

    @property
    def ratio(self) -> float:
        """Return how many times as much two processes do."""
        return self.median("two") / self.median("one")

    def median(self, which: Literal["one", "two"], of: str = "rate") -> float:
        """Return the median of a field of the rounds."""
        rounds = self.one if which == "one" else self.two
        return float(median(getattr(found, of) for found in rounds))


def compare(one_round: OneRound, rounds: int) -> Comparison:
    """Measure one process and two in turn, so that both run under the same load."""
    one, two = [], []
    for _ in range(rounds):
        one.append(one_round(1))
        two.append(one_round(2))
    return Comparison(one, two)
