"""Declare services, without any connection; a worker process connects them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData

from shared.contracts.envelope import Envelope
from shared.contracts.message import Command, Event as PublishedEvent, Query, events_of
from shared.runtime.handlers import Handlers, Handling, Later
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage.unit_of_work import UnitOfWork
from shared.runtime.weight import Weight

WakeUp = Callable[[datetime], Later]
"""Takes the time and returns a message; its key replaces one in the schedule."""
Listen = Callable[[Any, Callable[[WakeUp], None], Event], None]
"""Listens to external systems (the adapters) until the event is set, and passes wake-ups on; runs
in one process per database.
"""
References = Callable[
    [Connection, Collection[tuple[str, str]], Sequence[Envelope]], Mapping[tuple[str, str], UUID]
]
"""Looks up ids by shop and reference, also in the envelopes of the messages that arrive together.
"""


Republish = Callable[[Envelope], Iterable[Command]]
"""Takes an event that is published again, and returns commands to the service itself: they publish
what the journal does not hold.
"""


@dataclass(frozen=True)
class Service:
    """A service. Its name is also that of its work queue, its RabbitMQ user and its database."""

    name: str
    handlers: Iterable[Handlers[Any]]
    work: type[UnitOfWork]
    tables: MetaData
    migrations: Path
    settings: type[ServiceSettings] = ServiceSettings
    adapters: Callable[[Any], Any] = lambda settings: None
    references: References | None = None
    boot: Callable[[Any], Iterable[Later]] = lambda work: ()
    listen: Listen | None = None
    republish: Republish = lambda event: ()
    batch: int = 50
    handlings: Mapping[str, Handling] = field(init=False)

    def __post_init__(self) -> None:
        table: dict[str, Handling] = {}
        for handling in chain.from_iterable(group.handlings for group in self.handlers):
            kind = handling.message.wire_type()
            if kind in table:
                raise ValueError(f"{self.name} handles {kind} twice")
            unordered = handling.kinds - {*self.work.lock_order}
            if unordered:
                names = ", ".join(sorted(kind.name for kind in unordered))
                raise ValueError(f"{kind} locks {names}, which {self.name} gives no order")
            table[kind] = handling
        object.__setattr__(self, "handlings", table)

    @property
    def publishes(self) -> list[type[PublishedEvent]]:
        """Return the events that the service publishes, besides refusals, as declared."""
        return events_of(self.name)

    @property
    def weights(self) -> list[Weight]:
        """Return the weights of the messages that the service handles; each has a queue."""
        found = {handling.weight for handling in self.handlings.values()}
        return [weight for weight in Weight if weight in found or weight is Weight.WORK]

    def weight_of(self, kind: str) -> Weight | None:
        """Return the weight of a message type; None if the service does not handle it."""
        handling = self.handlings.get(kind)
        return handling.weight if handling else None

    @property
    def queries(self) -> list[type[Query]]:
        """Return the queries that the service answers."""
        found: list[type[Query]] = []
        for handling in self.handlings.values():
            if issubclass(handling.message, Query):
                found.append(handling.message)
        return found


def installed_services() -> dict[str, Service]:
    """Return all installed services by name, found by the entry points `aftercart.services`."""
    points = sorted(entry_points(group="aftercart.services"), key=lambda point: point.name)
    return {point.name: point.load() for point in points}
