"""The unit of work: the stores of a service in the transaction of one batch."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from sqlalchemy import Connection

from shared.contracts.envelope import Envelope
from shared.contracts.figures import Figure
from shared.runtime.storage.locks import LockKind, LockSequence, Taker
from shared.runtime.storage.stores import Recording, Store

P = TypeVar("P", bound=Recording)
S = TypeVar("S", bound=Store[Any, Any])


class Part(Generic[P]):
    """A store of a unit of work, declared in its class: constructed when it is first used."""

    def __init__(self, construct: Callable[[Any], P]) -> None:
        self.construct, self.name = construct, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, work: None, owner: type) -> Self: ...
    @overload
    def __get__(self, work: "UnitOfWork", owner: type) -> P: ...
    def __get__(self, work: "UnitOfWork | None", owner: type) -> Self | P:
        if work is None:
            return self
        store = self.open(work)
        vars(work)[self.name] = work.used[self.name] = store  # found there from now on
        return store

    def open(self, work: "UnitOfWork") -> P:
        """Return the store of a unit of work."""
        return self.construct(work)


class LockedPart(Part[S]):
    """A store that locks rows. Handlers lock and save its rows only if they declare its kind."""

    def __init__(self, construct: Callable[[Any], S], kind: LockKind[Any]) -> None:
        super().__init__(construct)
        self.kind = kind

    def open(self, work: "UnitOfWork") -> S:
        store = self.construct(work)
        if not work.reads_only:
            store.before_lock = partial(work.locks.before_lock, self.kind)
            store.before_save = partial(work.locks.require, self.kind)
        return store

    def lock(self, work: Any, keys: Sequence[Any]) -> None:
        """Lock rows of the store of a unit of work."""
        getattr(work, self.name).lock(keys)


def store(construct: Callable[[Connection], P]) -> Part[P]:
    """Declare a store that needs only the connection."""
    return Part(lambda work: construct(work.connection))


def locked_store(construct: Callable[[Connection], S], kind: LockKind[Any]) -> LockedPart[S]:
    """Declare a store that needs only the connection, and the kind of its locks."""
    return LockedPart(lambda work: construct(work.connection), kind)


class UnitOfWork:
    """The stores of one batch. A service's `Work` declares them as attributes of its class; that is
    the order in which they are written. `adapters` connect to external systems, if there are any.
    """

    lock_order: ClassVar[Sequence[LockKind[Any]]] = ()
    """The kinds of locks of the service, in the order in which every batch takes them."""
    takers: ClassVar[Mapping[LockKind[Any], Taker]] = {}
    """How to take the kinds that no store locks its rows by, such as those that only read ahead."""
    parts: ClassVar[Mapping[str, Part[Any]]] = {}
    envelope: Envelope
    now: datetime
    service: str
    migrations: Path
    """The directory of the service's revisions, to compare them with the database's."""
    previous_claim_unstarted: datetime | None = None
    """While a side effect is claimed: the time of an earlier claim that never started its side
    effect.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found = dict(cls.parts)
        for name, value in vars(cls).items():
            if isinstance(value, Part):
                found[name] = value
        takers = dict(cls.takers)
        for part in found.values():
            if isinstance(part, LockedPart):
                takers[part.kind] = part.lock
        for kind in cls.lock_order:
            if kind not in takers:
                raise TypeError(f"No store of {cls.__name__} locks '{kind.name}'.")
        cls.parts, cls.takers = found, takers

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        self.connection, self.adapters = connection, adapters
        self.used: dict[str, Recording] = {}  # stores by name, in the order of their first use
        self.locks = LockSequence(self.lock_order, self.takers)
        self.reads_only = connection.get_execution_options().get("reading", False)

    @property
    def shop(self) -> str:
        """Return the shop of the current message."""
        return self.envelope.shop

    @property
    def shop_language(self) -> str:
        """Return the language of the shop of the current message, if the service knows it."""
        return "en"

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
        """Keep the changes of the current message."""
        for each in self.used.values():
            each.keep()

    def discard(self) -> None:
        """Discard the changes of the current message."""
        for each in self.used.values():
            each.discard()

    def write(self) -> None:
        """Write all kept changes, store by store as declared: two batches write in one order."""
        for name in self.parts:
            if name in self.used:
                self.used[name].write()
