import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.conditions import FAR


@dataclass
class Gate:
    """A point where a test stops a handler: `entered` is set when it arrives, `opened` lets it
    continue.
    """

    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


class World:
    """The external system of the toy: calls, results and failures."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.done: list[str] = []
        self.claims: list[tuple[str, str]] = []
        self.troubles: Counter[str] = Counter()
        self._gates: dict[str, Gate] = {}

    def shut(self, key: str) -> Gate:
        """Stop all calls with `key` from now on."""
        return self._gates.setdefault(key, Gate())

    def pass_by(self, key: str) -> None:
        """Record a call of the toy's handlers; it fails as often as `troubles` says."""
        self.seen.append(key)
        gate = self._gates.get(key)
        if gate:
            gate.entered.set()
            assert gate.opened.wait(FAR)
        if self.troubles[key]:
            self.troubles[key] -= 1
            raise ConnectionError("the world is not there")

    def touch(self, key: str) -> str:
        """Carry out the side effect."""
        self.pass_by(key)
        self.done.append(key)
        return key.upper()
