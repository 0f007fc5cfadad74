import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Gate:
    """Where a test holds a handler: `entered` tells that it arrived, `opened` lets it through."""

    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


class World:
    """The outside of the toy: what came by, what was done, and what is in its way."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.done: list[str] = []
        self.claims: list[tuple[str, str]] = []
        self.troubles: Counter[str] = Counter()
        self._gates: dict[str, Gate] = {}

    def shut(self, key: str) -> Gate:
        """From now on whoever comes by with `key` waits."""
        return self._gates.setdefault(key, Gate())

    def pass_by(self, key: str) -> None:
        """Called by the toy's handlers; fails as often as `troubles` says."""
        self.seen.append(key)
        gate = self._gates.get(key)
        if gate:
            gate.entered.set()
            assert gate.opened.wait(60)
        if self.troubles[key]:
            self.troubles[key] -= 1
            raise ConnectionError("the world is not there")

    def touch(self, key: str) -> str:
        """The act."""
        self.pass_by(key)
        self.done.append(key)
        return key.upper()
