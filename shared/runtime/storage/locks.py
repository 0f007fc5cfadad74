"""What a message locks, declared at its handler and taken for a whole batch in one order.

A service lists its kinds of locks once, as a sequence. A batch takes the locks of all its messages
kind by kind in this order, the keys of each kind sorted, so that two batches never wait for each
other in a circle.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.contracts.envelope import Envelope
from shared.contracts.message import Message

W = TypeVar("W")
K = TypeVar("K")
M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)
W_contra = TypeVar("W_contra", contravariant=True)


class UndeclaredLock(AssertionError):
    """A handler locks or saves rows that it does not declare: its declaration lacks a kind."""


class LockOutOfOrder(Exception):
    """A handler needs a lock that comes before those the batch holds: a batch is taken apart."""


@dataclass(frozen=True, eq=False)
class LockKind(Generic[K]):
    """A kind of rows, or of names, that a service locks by keys.

    A kind may also only read ahead what the keys of later kinds are found by.
    """

    name: str

    def of(self, keys: Callable[[M, Envelope, W], Iterable[K]]) -> "Lock[M, W]":
        """Declare what a message locks of this kind.

        The keys may be found by what kinds before this one have loaded.
        """
        return Lock(self, keys)


@dataclass(frozen=True)
class Lock(Generic[M_contra, W_contra]):
    """What one message locks of a kind."""

    kind: LockKind[Any]
    keys: Callable[[M_contra, Envelope, W_contra], Iterable[Any]]


Locks = Sequence[Lock[M_contra, W_contra]]
Taker = Callable[[Any, Sequence[Any]], None]
"""Locks sorted keys of a kind, through a unit of work."""
Wanted = tuple[Sequence[Lock[Any, Any]], Message, Envelope]
"""The locks that a message of a batch declares, with the message and its envelope."""


class LockSequence:
    """The locks that a transaction holds, by the order in which a service takes them."""

    def __init__(
        self, order: Sequence[LockKind[Any]], takers: Mapping[LockKind[Any], Taker]
    ) -> None:
        self._takers, self._places = takers, {kind: place for place, kind in enumerate(order)}
        self._last: tuple[int, Any] | None = None
        self._declared: frozenset[LockKind[Any]] | None = None
        self._handler = ""

    def take(self, work: Any, batch: Sequence[Wanted]) -> None:
        """Take all that the messages of a batch declare."""
        declared = _by_kind(batch)
        for kind, place in self._places.items():
            keys = set[Any]()
            for lock, message, envelope in declared.get(kind, ()):
                keys.update(lock.keys(message, envelope, work))
            if keys:
                wanted = sorted(keys)
                self._takers[kind](work, wanted)
                self._last = (place, wanted[-1])

    def declare(self, handler: str, kinds: frozenset[LockKind[Any]]) -> None:
        """Note which kinds the handler that is called next declares."""
        self._handler, self._declared = handler, kinds

    def require(self, kind: LockKind[Any]) -> None:
        """Raise `UndeclaredLock` if the handler does not declare a kind that it changes."""
        if self._declared is not None and kind not in self._declared:
            raise UndeclaredLock(
                f"The handler of '{self._handler}' needs locks of the kind '{kind.name}', which it"
                " does not declare: add 'on=' or 'locks=' to its '@service.handles'."
            )

    def before_lock(self, kind: LockKind[Any], keys: Sequence[Any]) -> None:
        """Allow a handler to lock keys that were not known before it was called, or raise.

        Messages of a batch may bring each other there; in order, such a lock does no harm.
        """
        self.require(kind)
        if self._declared is None:
            return
        first, last = (self._places[kind], keys[0]), (self._places[kind], keys[-1])
        if self._last is not None and first <= self._last:
            raise LockOutOfOrder(
                f"The handler of '{self._handler}' locks {kind.name} {keys[0]} after later locks."
            )
        self._last = last


def _by_kind(
    batch: Sequence[Wanted],
) -> dict[LockKind[Any], list[tuple[Lock[Any, Any], Message, Envelope]]]:
    found: dict[LockKind[Any], list[tuple[Lock[Any, Any], Message, Envelope]]] = {}
    for locks, message, envelope in batch:
        for lock in locks:
            found.setdefault(lock.kind, []).append((lock, message, envelope))
    return found
