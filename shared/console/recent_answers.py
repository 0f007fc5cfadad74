"""Reuse answers that hardly change, such as the states of a shop, for half a minute."""

import json
import time
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
SECONDS = 30.0
LIMIT = 500  # answers of all shops together


class RecentAnswers:
    """Answers by shop, query and its fields. A command of the console removes those of its shop, so
    that people see their own changes at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[tuple[str, str, str], tuple[float, Data]] = {}

    def get(self, shop: str, name: str, data: Data) -> Data | None:
        """Return an answer that is recent, or None."""
        until, answer = self._answers.get(_key(shop, name, data), (0.0, None))
        if until < self._clock():
            return None
        return answer

    def last(self, shop: str, name: str, data: Data) -> Data | None:
        """Return the last answer, however old, or None."""
        return self._answers.get(_key(shop, name, data), (0.0, None))[1]

    def put(self, shop: str, name: str, data: Data, answer: Data) -> None:
        """Store an answer."""
        if len(self._answers) >= LIMIT:
            self._answers.clear()
        self._answers[_key(shop, name, data)] = (self._clock() + SECONDS, answer)

    def expire(self, shop: str) -> None:
        """Let the answers of a shop be asked for again."""
        for key, (_, answer) in self._answers.items():
            if key[0] == shop:
                self._answers[key] = (0.0, answer)


def _key(shop: str, name: str, data: Data) -> tuple[str, str, str]:
    return shop, name, json.dumps(data, sort_keys=True)
