"""The unit of work: the stores of a service in the transaction of one batch."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection

from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.runtime.storage.locks import LockKind, LockSequence
from shared.runtime.storage.stores import Recording, Store

P = TypeVar("P", bound=Recording)
S = TypeVar("S", bound=Store[Any, Any])


class UnitOfWork:
    """The stores of one batch. A service's `Work` adds them with `part`, and with `locked` those
    that lock rows. `adapters` connect to external systems (None if there are none).
    """

    lock_order: ClassVar[Sequence[LockKind[Any]]] = ()
    """The kinds of locks of the service, in the order in which every batch takes them."""
    envelope: Envelope
    now: datetime
    service: str
    migrations: Path
    """The directory of the service's revisions, to compare them with the database's."""
    previous_claim_unstarted: datetime | None = None
    """While a side effect is claimed: the time of an earlier claim that never started its side
    effect.
    """

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        self.connection, self.adapters = connection, adapters
        self._parts: list[Recording] = []
        self.locks = LockSequence(self.lock_order)
        self._reads = connection.get_execution_options().get("reading", False)

    @property
    def shop(self) -> str:
        """Return the shop of the current message."""
        return self.envelope.shop

    def part(self, part: P) -> P:
        """Add a store and return it."""
        self._parts.append(part)
        return part

    def locked(self, store: S, kind: LockKind[Any]) -> S:
        """Add a store; handlers may lock and save its rows only if they declare this kind."""
        self.locks.bind(kind, store.lock)
        if not self._reads:
            store.before_lock = partial(self.locks.before_lock, kind)
            store.before_save = partial(self.locks.require, kind)
        return self.part(store)

    def problems(self) -> list[str]:
        """Return the service's own problems for `service.health`, one sentence each."""
        return []

    def figures(self) -> list[Figure]:
        """Return the service's own figures for `service.health` and Prometheus."""
        return []

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """Start the next message of the batch."""
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
