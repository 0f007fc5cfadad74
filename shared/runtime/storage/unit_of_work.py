"""The unit of work: what a handler may touch while it decides on one message, and what is written
for a whole batch.

Nothing reaches the database while handlers run. `get` is served from what was loaded (and locked)
for the batch, `save` records; after each message the pipeline keeps or discards what it recorded;
at the end everything is written in sets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table

from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.contracts.message import Message
from shared.runtime.storage.database import Row
from shared.runtime.storage.locks import LockKind, LockSequence

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
        self.before_lock: Callable[[Sequence[K]], None] = _allow
        self.before_save: Callable[[], None] = _allow_all

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
            self.before_load(missing)
            found = self.load(missing)
            self._stored.update(found)
            self._known.update({key: found.get(key) for key in missing})

    def lock(self, keys: Iterable[K]) -> None:
        """Lock what a message changes."""
        self.preload(keys)

    def before_load(self, keys: Sequence[K]) -> None:
        """Check, before rows are loaded and locked, that the handler may lock them."""
        self.before_lock(keys)

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
        self.before_save()
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
                self._sorted(lambda key: key not in self._stored),
                self._sorted(lambda key: key in self._stored),
            )

    def _sorted(self, chosen: Callable[[K], bool]) -> dict[K, V]:
        """Return what is written by key: a new key may be inserted by two batches at once."""
        keys = sorted(filter(chosen, self._kept))  # type: ignore[type-var]
        return {key: self._kept[key] for key in keys}


class ReadStore(Store[K, V]):
    """Values that are read without a lock; those that a message changes are locked before."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked: set[K] = set()

    def load_locked(self, keys: Sequence[K]) -> Mapping[K, V]:
        """Read the values of `keys` (sorted) and lock their rows, in that order."""
        raise NotImplementedError

    def before_load(self, keys: Sequence[K]) -> None:
        """Allow it: reading locks nothing here."""

    def lock(self, keys: Iterable[K]) -> None:
        """Lock values until the commit, in one order, and see them as they are then."""
        wanted = sorted(set(keys) - self._locked)  # type: ignore[type-var]
        if wanted:
            self.before_lock(wanted)
            self._locked.update(wanted)
            found = self.load_locked(wanted)
            self._stored.update(found)
            fresh = (key for key in wanted if key not in self._kept)
            self._known.update({key: found.get(key) for key in fresh})

    def save(self, key: K, value: V) -> None:
        if key in self._stored:
            self.lock([key])
        super().save(key, value)


def _allow(keys: Sequence[Any]) -> None:
    """Allow any lock: the store is used outside of a unit of work."""


def _allow_all() -> None:
    """Allow any change."""


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


S = TypeVar("S", bound=Store[Any, Any])


class UnitOfWork:
    """What the handlers of one batch touch. A service's `Work` adds its stores with `part`, those
    that lock with `locked`; `adapters` is its outside world (None where it has none).
    """

    lock_order: ClassVar[Sequence[LockKind[Any]]] = ()
    """The kinds of locks of the service, in the order in which every batch takes them."""
    envelope: Envelope
    now: datetime
    service: str
    previous_claim_unstarted: datetime | None = None
    """While an act is claimed: when it was claimed before, if it was never begun."""

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        self.connection, self.adapters = connection, adapters
        self._parts: list[Recording] = []
        self.locks = LockSequence(self.lock_order)
        self._reads = connection.get_execution_options().get("reading", False)

    @property
    def shop(self) -> str:
        """The shop of the message in hand."""
        return self.envelope.shop

    def part(self, part: P) -> P:
        """Adds a store; returns it."""
        self._parts.append(part)
        return part

    def locked(self, store: S, kind: LockKind[Any]) -> S:
        """Adds a store whose rows handlers may lock and save only if they declare this kind."""
        self.locks.bind(kind, store.lock)
        if not self._reads:
            store.before_lock = partial(self.locks.before_lock, kind)
            store.before_save = partial(self.locks.require, kind)
        return self.part(store)

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
