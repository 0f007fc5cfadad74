"""How a service is declared, apart from any connection, and bound later by its worker."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from threading import Event
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Connection, MetaData

from shared.contracts.envelope import Envelope
from shared.contracts.message import Event as PublishedEvent, Message, Query, events_of
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage.unit_of_work import UnitOfWork

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Later:
    """A message to ourselves, told now, delivered at `at`. Telling the same `key` again replaces
    it.
    """

    message: Message
    at: datetime
    key: str
    shop: str | None = None
    """Where it is not the shop of the message in hand."""


WakeUp = Callable[[datetime], Later]
"""What is to be done now: gets the time, returns a message whose key takes the place of what was
planned.
"""
Listen = Callable[[Any, Callable[[WakeUp], None], Event], None]
"""Listens to the outside world (the adapters) until the event is set, and tells hints; in one
process per database.
"""


References = Callable[
    [Connection, Collection[tuple[str, str]], Sequence[Envelope]], Mapping[tuple[str, str], UUID]
]
"""Looks up the ids of things by shop and reference; what the messages that arrive together bring
counts, too.
"""


@dataclass(frozen=True)
class Handling:
    """One row of a service's table of contents: a message and what is done about it.

    Handlers that touch the world have a fifth beat: `claim(message, work)`, kept before anything is
    done, returns what to do, or None if nothing is to be done (any more); `act(claimed, adapters)`
    does it, outside of any transaction; `handler(message, work, outcome)` keeps and tells. An act
    is safe to repeat, or else the type of its `outcome` is named (one that pydantic can write as
    JSON), and a note about the message's subject tells later what was begun and what came of it:
    also to another message of this type about the same.
    """

    message: type[Message]
    handler: Callable[..., Any]
    claim: Callable[..., Any] | None = None
    act: Callable[..., Any] | None = None
    outcome: TypeAdapter[Any] | None = None


class Handlers:
    """Collects the handlers of a module: `service = Handlers()`, then
    `@service.handles(TransitionOrder)`.
    """

    def __init__(self) -> None:
        self.handlings: list[Handling] = []

    def handles(
        self,
        message: type[Message],
        *,
        claim: Callable[..., Any] | None = None,
        act: Callable[..., Any] | None = None,
        outcome: type | None = None,
    ) -> Callable[[F], F]:
        """Declares the decorated function as the handler of `message`."""

        def declare(handler: F) -> F:
            noted: TypeAdapter[Any] | None = TypeAdapter(outcome) if outcome else None
            self.handlings.append(Handling(message, handler, claim, act, noted))
            return handler

        return declare


@dataclass(frozen=True)
class Service:
    """A house of the street: its name is its queue, its RabbitMQ user and its database."""

    name: str
    handlers: Iterable[Handlers]
    work: Callable[[Connection, Any], UnitOfWork]
    tables: MetaData
    migrations: Path
    settings: type[ServiceSettings] = ServiceSettings
    adapters: Callable[[Any], Any] = lambda settings: None
    references: References | None = None
    boot: Callable[[Any], Iterable[Later]] = lambda work: ()
    listen: Listen | None = None
    batch: int = 50
    handlings: Mapping[str, Handling] = field(init=False)

    def __post_init__(self) -> None:
        table: dict[str, Handling] = {}
        for handling in (handling for group in self.handlers for handling in group.handlings):
            kind = handling.message.wire_type()
            if kind in table:
                raise ValueError(f"{self.name} handles {kind} twice")
            table[kind] = handling
        object.__setattr__(self, "handlings", table)

    @property
    def publishes(self) -> list[type[PublishedEvent]]:
        """The events that it publishes, besides refusals, in the order of their declaration."""
        return events_of(self.name)

    @property
    def queries(self) -> list[type[Query]]:
        """The questions it answers."""
        return [
            handling.message
            for handling in self.handlings.values()
            if issubclass(handling.message, Query)
        ]


def installed_services() -> dict[str, Service]:
    """All services of this installation, by name, found through the entry points
    `aftercart.services`.
    """
    points = sorted(entry_points(group="aftercart.services"), key=lambda point: point.name)
    return {point.name: point.load() for point in points}
