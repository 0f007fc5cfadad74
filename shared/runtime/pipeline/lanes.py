"""Order rows of the outbox by lanes: rows of one subject are published one after another."""

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

from shared.runtime.storage.outbox import Lane

MAX_WAVE_BYTES = 4_000_000  # so that a slow RabbitMQ confirms a wave in time
FIRST_BACKOFF = 1.0  # seconds until a row that RabbitMQ refused is tried again
MAX_BACKOFF = 5.0  # seconds; each pause is twice the one before


def lane(row: Any) -> Lane:
    """Return the lane of a row: its subject, or its number if it has no subject."""
    found: Lane = row.number
    if row.subject is not None:
        found = row.subject
    return found


def waves(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """Split rows, in order, so that no wave holds two rows of one lane, or too many bytes."""
    later = list(rows)
    while later:
        wave: list[Any] = []
        rest: list[Any] = []
        seen: set[Lane] = set()
        size = 0
        for row in later:
            fits = not wave or size + len(row.body) <= MAX_WAVE_BYTES
            if fits and lane(row) not in seen:
                wave.append(row)
                size += len(row.body)
            else:
                rest.append(row)
            seen.add(lane(row))
        yield wave
        later = rest


class Backoff:
    """Delays lanes with a row that RabbitMQ refused, longer each time."""

    def __init__(self) -> None:
        self._pauses: dict[Lane, float] = {}
        self._until: dict[Lane, float] = {}

    def begin(self, lane: Lane) -> None:
        """Delay a lane, since its row was refused."""
        self._pauses[lane] = min(MAX_BACKOFF, 2 * self._pauses.get(lane, FIRST_BACKOFF / 2))
        self._until[lane] = time.monotonic() + self._pauses[lane]

    def end(self, lane: Lane) -> None:
        """Reset a lane, since its row was confirmed."""
        self._pauses.pop(lane, None)
        self._until.pop(lane, None)

    def lanes(self) -> set[Lane]:
        """Return the lanes that are delayed now."""
        now = time.monotonic()
        return {lane for lane, until in self._until.items() if until > now}

    def pause(self, since: float) -> float:
        """Return the seconds until the first of the lanes that were delayed at or after a time of
        the monotonic clock is free; infinite if there is none.
        """
        until = [each for each in self._until.values() if each > since]
        return max(0.0, min(until, default=math.inf) - time.monotonic())
