"""The unit of work: what a handler may touch while it decides on one message, and what is written
for a whole batch.

Nothing reaches the database while handlers run. `get` is served from what was loaded (and locked)
for the batch, `save` records; after each message the pipeline keeps or discards what it recorded;
at the end everything is written in sets.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table

from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.contracts.message import Message
from shared.runtime.storage.database import Row

Arrived = tuple[Envelope, Message]
"""A message of a batch in its envelope, which names the shop."""
K = TypeVar("K")
V = TypeVar("V")


class Recording(Protocol):
    """A part of the unit of work."""

    def keep(self) -> None:
        """The message in hand was decided: what it recorded counts."""

    def discard(self) -> None:
        """The message in hand failed: what it recorded is forgotten."""

    def write(self) -> None:
        """Writes what was kept, in sets."""


P = TypeVar("P", bound=Recording)


class Store(Generic[K, V]):
    """Frozen values by key. A service's store says how they are loaded and written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._known: dict[K, V | None] = {}
        self._stored: set[K] = set()
        self._pending: dict[K, V] = {}
        self._kept: dict[K, V] = {}

    def load(self, keys: Sequence[K]) -> Mapping[K, V]:
        """Reads the values of `keys` (sorted) from the database and locks their rows, in that
        order.
        """
        raise NotImplementedError

    def put(self, new: Mapping[K, V], changed: Mapping[K, V]) -> None:
        """Writes values: `new` were not in the database when loaded, `changed` were."""
        raise NotImplementedError

    def preload(self, keys: Iterable[K]) -> None:
        """Loads at once what the batch will need."""
        missing = sorted(set(keys) - self._known.keys())  # type: ignore[type-var]
        if missing:
            found = self.load(missing)
            self._stored.update(found)
            self._known.update({key: found.get(key) for key in missing})

    def get(self, key: K) -> V | None:
        """The value as this message sees it, or None."""
        if key in self._pending:
            return self._pending[key]
        if key not in self._known:
            self.preload([key])
        return self._known[key]

    def known(self) -> Iterable[V]:
        """All values that this batch holds, as this message sees them."""
        return [value for value in {**self._known, **self._pending}.values() if value is not None]

    def save(self, key: K, value: V) -> None:
        """Records the new value."""
        self._pending[key] = value

    def keep(self) -> None:
        self._known.update(self._pending)
        self._kept.update(self._pending)
        self._pending.clear()

    def discard(self) -> None:
        self._pending.clear()

    def write(self) -> None:
        if self._kept:
            self.put(
                {key: value for key, value in self._kept.items() if key not in self._stored},
                {key: value for key, value in self._kept.items() if key in self._stored},
            )


class Ledger:
    """Rows that are only ever added."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection, self.table = connection, table
        self._pending: list[Row] = []
        self._kept: list[Row] = []

    def add(self, **row: Any) -> None:
        """Records a row; every column without a default must be named."""
        self._pending.append(row)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        if self._kept:
            self.connection.execute(self.table.insert(), self._kept)


class UnitOfWork:
    """What the handlers of one batch touch. A service's `Work` adds its stores with `part`, in the
    order of locking; `adapters` is its outside world (None where it has none).
    """

    envelope: Envelope
    now: datetime
    service: str
    previous_claim_unstarted: datetime | None = None
    """While an act is claimed: when it was claimed before, if it was never begun."""

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        self.connection, self.adapters = connection, adapters
        self._parts: list[Recording] = []

    @property
    def shop(self) -> str:
        """The shop of the message in hand."""
        return self.envelope.shop

    def part(self, part: P) -> P:
        """Adds a store; returns it."""
        self._parts.append(part)
        return part

    def preload(self, batch: Sequence[Arrived]) -> None:
        """Loads and locks what a batch will need; a service overrides it where that pays."""

    def problems(self) -> list[str]:
        """What is wrong beyond the runtime, a sentence each, for `service.health`; a service
        overrides it.
        """
        return []

    def figures(self) -> list[Figure]:
        """What it counts beyond the runtime, for `service.health` and Prometheus; a service
        overrides it.
        """
        return []

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """The next message of the batch."""
        self.envelope, self.now = envelope, now

    def keep(self) -> None:
        for part in self._parts:
            part.keep()

    def discard(self) -> None:
        for part in self._parts:
            part.discard()

    def write(self) -> None:
        for part in self._parts:
            part.write()
