"""The stores of a unit of work: the data that handlers read and change, written once for a whole
batch.

Handlers do not write to the database. `get` returns values that were loaded and locked for the
batch, `save` records new ones. After each message the pipeline keeps or discards its changes; at
the end all are written, with one statement per table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table

from shared.runtime.storage.database import Row
from shared.runtime.storage.row_writes import write_rows

K = TypeVar("K")
V = TypeVar("V")


class Recording(Protocol):
    """A part of the unit of work that records changes."""

    def keep(self) -> None:
        """Keep the changes of the current message."""

    def discard(self) -> None:
        """Discard the changes of the current message."""

    def write(self) -> None:
        """Write all kept changes."""


class Store(Generic[K, V]):
    """Frozen values by key. Subclasses implement how they are loaded and written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._known: dict[K, V | None] = {}
        self._stored: set[K] = set()
        self._pending: dict[K, V] = {}
        self._kept: dict[K, V] = {}
        self.before_lock: Callable[[Sequence[K]], None] = _allow
        self.before_save: Callable[[], None] = _allow_all

    def load(self, keys: Sequence[K]) -> Mapping[K, V]:
        """Read the values of `keys` (sorted) and lock their rows, in that order."""
        raise NotImplementedError

    def put(self, new: Mapping[K, V], changed: Mapping[K, V]) -> None:
        """Insert `new` values and update `changed` ones."""
        raise NotImplementedError

    def preload(self, keys: Iterable[K]) -> None:
        """Load the values that the batch needs with one statement."""
        missing = sorted(set(keys) - self._known.keys())  # type: ignore[type-var]
        if missing:
            self.before_load(missing)
            found = self.load(missing)
            self._stored.update(found)
            self._known.update({key: found.get(key) for key in missing})

    def lock(self, keys: Iterable[K]) -> None:
        """Lock the values that a message changes."""
        self.preload(keys)

    def before_load(self, keys: Sequence[K]) -> None:
        """Check, before rows are loaded and locked, that the handler may lock them."""
        self.before_lock(keys)

    def get(self, key: K) -> V | None:
        """Return the value with the changes of earlier messages of the batch, or None."""
        if key in self._pending:
            return self._pending[key]
        if key not in self._known:
            self.preload([key])
        return self._known[key]

    def known(self) -> Iterable[V]:
        """Return all loaded values, with the changes of earlier messages of the batch."""
        found: list[V] = []
        for value in {**self._known, **self._pending}.values():
            if value is not None:
                found.append(value)
        return found

    def save(self, key: K, value: V) -> None:
        """Record a new value."""
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
        """Return kept values sorted by key: two batches may insert the same new keys at once."""
        keys = sorted(filter(chosen, self._kept))  # type: ignore[type-var]
        return {key: self._kept[key] for key in keys}


class ReadStore(Store[K, V]):
    """Values that are read without a lock. A message locks those that it changes."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._locked: set[K] = set()

    def load_locked(self, keys: Sequence[K]) -> Mapping[K, V]:
        """Read the values of `keys` (sorted) and lock their rows, in that order."""
        raise NotImplementedError

    def before_load(self, keys: Sequence[K]) -> None:
        """Allow any key, since reading locks nothing here."""

    def lock(self, keys: Iterable[K]) -> None:
        """Lock values until the commit, in one order, and reload them."""
        wanted = sorted(set(keys) - self._locked)  # type: ignore[type-var]
        if wanted:
            self.before_lock(wanted)
            self._locked.update(wanted)
            found = self.load_locked(wanted)
            self._stored.update(found)
            for key in wanted:
                if key not in self._kept:
                    self._known[key] = found.get(key)

    def save(self, key: K, value: V) -> None:
        if key in self._stored:
            self.lock([key])
        super().save(key, value)


def _allow(keys: Sequence[Any]) -> None:
    """Allow any lock: the store is used outside of a unit of work."""


def _allow_all() -> None:
    """Allow any change."""


class Ledger:
    """A table to which rows are only added."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection, self.table = connection, table
        self._pending: list[Row] = []
        self._kept: list[Row] = []

    def add(self, **row: Any) -> None:
        """Record a row with a value for every column that has no default."""
        self._pending.append(row)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        if self._kept:
            write_rows(self.connection, self.table, self._kept)
