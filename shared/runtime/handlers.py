"""How handlers are declared: the message, its aggregate, its locks and its side effect.

The types of a declaration fit its handler: mypy refuses a handler that takes another message, lacks
the aggregate or the unit of work, or returns something that is not published.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast, overload

from pydantic import TypeAdapter

from shared.contracts.message import Answer, Command, CommandOrQuery, Event, Message, Query
from shared.contracts.reason import Reason
from shared.runtime.storage.locks import Lock, LockKind, Locks
from shared.runtime.storage.unit_of_work import UnitOfWork
from shared.runtime.weight import Weight

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
W = TypeVar("W", bound=UnitOfWork)
M = TypeVar("M", bound=Command | Event)
Q = TypeVar("Q", bound=Query)
R = TypeVar("R")
M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True)
class Later:
    """A message to the service itself, delivered at `at`; the same `key` again replaces it."""

    message: Message
    at: datetime
    key: str
    shop: str | None = None
    """Where it is not the shop of the message in hand."""
    correlated: bool = False
    """Whether it has the correlation of the message in hand, as another attempt has. Otherwise it
    begins one.
    """


Published = Event | Command | Later
Published_T = TypeVar("Published_T", bound=Iterable[Published] | Reason | None)
Answer_T = TypeVar("Answer_T", bound=Answer | Reason)


@dataclass(frozen=True)
class Aggregate(Generic[W, A]):
    """What commands and queries are about: found by the subject of the message.

    `find(work, key)` returns it only if the shop of the message in hand has it. `locks` is the kind
    that it is locked by; None if it never changes. `objection(aggregate, message)` returns the
    reason against every message that does not fit the aggregate, such as prices in another
    currency.
    """

    noun: str
    find: Callable[[W, Any], A | None]
    locks: LockKind[Any] | None = None
    objection: Callable[[A, Any], Reason | None] | None = None

    def unknown(self, key: object, field: str) -> Reason:
        """Return why an aggregate that does not exist, or belongs to another shop, is refused."""
        sentence = f"There is no {self.noun} {key} in this shop."
        return Reason(f"unknown_{self.noun}", sentence, field)


@dataclass(frozen=True)
class AnyOf(Generic[M_co]):
    """Several messages with one handler."""

    messages: tuple[type[Message], ...]


@overload
def any_of(a: type[A], b: type[B], /) -> AnyOf[A | B]: ...
@overload
def any_of(a: type[A], b: type[B], c: type[C], /) -> AnyOf[A | B | C]: ...
@overload
def any_of(a: type[A], b: type[B], c: type[C], d: type[D], /) -> AnyOf[A | B | C | D]: ...
@overload
def any_of(
    a: type[A], b: type[B], c: type[C], d: type[D], e: type[E], /
) -> AnyOf[A | B | C | D | E]: ...
@overload
def any_of(
    a: type[A], b: type[B], c: type[C], d: type[D], e: type[E], f: type[F], /
) -> AnyOf[A | B | C | D | E | F]: ...
def any_of(*messages: type[Any]) -> AnyOf[Any]:
    """Declare one handler for several messages; it takes their union."""
    return AnyOf(messages)


def one_at_a_time(_adapters: Any) -> int:
    """Return that side effects run one after another."""
    return 1


@dataclass(frozen=True)
class Act(Generic[C, R]):
    """Runs a side effect on its claim, outside of any transaction."""

    run: Callable[[C, Any], R]
    outcome: TypeAdapter[Any] | None = None
    at_once: Callable[[Any], int] = one_at_a_time


def repeatable(act: Callable[[C, B], R]) -> Act[C, R]:
    """Declare that an act does no harm when it is done twice."""
    return Act(act)


def recorded(
    act: Callable[[C, B], R],
    outcome: type[R],
    *,
    at_once: Callable[[B], int] = one_at_a_time,
) -> Act[C, R]:
    """Declare that an act must not be repeated: that it began, and its outcome, are recorded.
    `at_once` returns how many a thread may run at the same time; after a kill as many may be in an
    unknown state.

    The type of the outcome is one that pydantic can write as JSON. The record is about the
    message's subject: another message of its type about the same finds it, too.
    """
    return Act(act, TypeAdapter(outcome), at_once)


@dataclass(frozen=True)
class Handling:
    """A message and its handler, with all that the handler declares.

    Handlers that touch the world have a side effect: `claim(message, work)`, committed before it
    begins, returns what to do, or None if nothing is to be done (any more); `act(claimed,
    adapters)` does it, outside of any transaction; `handler(message, work, outcome)` saves what
    came of it.

    `weight` selects the queue. A query is answered from the read replica if there is one; with
    `primary` from the database itself. One with a side effect claims and decides in read-only
    transactions.
    """

    message: type[Message]
    handler: Callable[..., Any]
    aggregate: Aggregate[Any, Any] | None = None
    locks: Sequence[Lock[Any, Any]] = ()
    claim: Callable[..., Any] | None = None
    act: Callable[..., Any] | None = None
    outcome: TypeAdapter[Any] | None = None
    at_once: Callable[[Any], int] = one_at_a_time
    weight: Weight = Weight.WORK
    primary: bool = False

    @property
    def kinds(self) -> frozenset[LockKind[Any]]:
        """The kinds of locks that the handler declares."""
        return frozenset(lock.kind for lock in self.locks)

    def decide(self, message: Any, work: Any, *outcome: Any) -> Any:
        """Call the handler with the aggregate; return its result, or why there is none."""
        work.locks.declare(self.message.name, self.kinds)
        if self.aggregate is None or message is None:
            return self.handler(message, work, *outcome)
        field = message.subject_field
        found = self.aggregate.find(work, getattr(message, field))
        if found is None:
            return self.aggregate.unknown(getattr(message, field), field)
        wrong = self.aggregate.objection and self.aggregate.objection(found, message)
        if wrong:
            return wrong
        return self.handler(found, message, work)

    def call(self, message: Any, work: Any, *outcome: Any) -> list[Any]:
        """Return the messages to publish: events, the reply of a query, or a refusal."""
        result = self.decide(message, work, *outcome)
        if isinstance(result, Reason):
            return [message.refuse(result)]
        return [result] if isinstance(result, Message) else list(result or ())

    def call_claim(self, message: Any, work: Any) -> Any:
        """Return what the side effect of a message is to do, or None for nothing."""
        work.locks.declare(self.message.name, self.kinds)
        return cast(Callable[..., Any], self.claim)(message, work)


class Handlers(Generic[W]):
    """Collects the handlers of a module: `service = Handlers[Work]()`, then
    `@service.handles(TransitionOrder, on=ORDER, locks=(…))`.
    """

    def __init__(self) -> None:
        self.handlings: list[Handling] = []

    @overload
    def handles(
        self, message: type[Q], *, primary: bool = False
    ) -> Callable[[Callable[[Q, W], Answer_T]], Callable[[Q, W], Answer_T]]: ...

    @overload
    def handles(
        self, message: type[Q], *, on: Aggregate[W, A]
    ) -> Callable[[Callable[[A, Q, W], Answer_T]], Callable[[A, Q, W], Answer_T]]: ...

    @overload
    def handles(
        self, message: type[Q], *, claim: Callable[[Q, W], C], act: Act[C, R]
    ) -> Callable[[Callable[[Q, W, R], Answer_T]], Callable[[Q, W, R], Answer_T]]: ...

    @overload
    def handles(
        self,
        message: type[M] | AnyOf[M],
        *,
        locks: Locks[M, W] = (),
        weight: Weight = Weight.WORK,
    ) -> Callable[[Callable[[M, W], Published_T]], Callable[[M, W], Published_T]]: ...

    @overload
    def handles(
        self, message: type[M] | AnyOf[M], *, on: Aggregate[W, A], locks: Locks[M, W] = ()
    ) -> Callable[[Callable[[A, M, W], Published_T]], Callable[[A, M, W], Published_T]]: ...

    @overload
    def handles(
        self,
        message: type[M] | AnyOf[M],
        *,
        claim: Callable[[M, W], C | None],
        act: Act[C, R],
        locks: Locks[M, W] = (),
        weight: Weight = Weight.WORK,
    ) -> Callable[[Callable[[M, W, R], Published_T]], Callable[[M, W, R], Published_T]]: ...

    def handles(
        self,
        message: type[Message] | AnyOf[Message],
        *,
        on: Aggregate[Any, Any] | None = None,
        locks: Sequence[Lock[Any, Any]] = (),
        claim: Callable[..., Any] | None = None,
        act: Act[Any, Any] | None = None,
        weight: Weight = Weight.WORK,
        primary: bool = False,
    ) -> Callable[[Any], Any]:
        """Declare the decorated function as the handler of a message, or of each of several.

        `weight=Weight.BULK` keeps a command or event that takes long from delaying others. Queries
        are questions by their type; with a side effect, which may take long, they are bulk work.
        """
        messages = message.messages if isinstance(message, AnyOf) else (message,)

        def declare(handler: Any) -> Any:
            for each in messages:
                needed = [*_lock_of(on, each), *locks]
                found = Handling(each, handler, on, needed, primary=primary)
                if act:
                    found = replace(found, claim=claim, act=act.run, outcome=act.outcome)
                    found = replace(found, at_once=act.at_once)
                if issubclass(each, Query):
                    found = replace(found, weight=Weight.BULK if act else Weight.QUESTION)
                else:
                    found = replace(found, weight=weight)
                self.handlings.append(found)
            return handler

        return declare


def _lock_of(aggregate: Aggregate[Any, Any] | None, message: type[Message]) -> Locks[Any, Any]:
    """Return the lock of the aggregate that a message changes; a query locks nothing."""
    if aggregate is None:
        return ()
    if message.subject_field is None or not issubclass(message, CommandOrQuery):
        raise TypeError(f"'{message.name}' has no subject to find its {aggregate.noun} by")
    if aggregate.locks is None or issubclass(message, Query):
        return ()
    return (aggregate.locks.of(_subject),)


def _subject(message: Any, _at: object, _work: object) -> Iterable[Any]:
    return [getattr(message, cast(str, message.subject_field))]
