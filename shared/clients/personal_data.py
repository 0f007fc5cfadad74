"""Gather what every service publishes about the personal data of one customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.common import PERSONAL_DATA_SERVICES

Data = dict[str, Any]
EVENTS: Mapping[str, str] = {
    "customer.erase": "customer.erased",
    "customer.export": "customer.exported",
}
"""The commands, and the event with which each service answers."""


@dataclass
class ServiceAnswers:
    """The events that one command caused. A service may publish its data in several parts."""

    events: list[Data] = field(default_factory=list)
    _missing: dict[str, int] = field(default_factory=dict)

    def add(self, event: Data) -> None:
        """Add an event."""
        service = event["service"]
        parts: int = event.get("parts", 1)
        self._missing[service] = self._missing.get(service, parts) - 1
        self.events.append(event)

    @property
    def silent(self) -> list[str]:
        """The services that have not published all of their parts."""
        names: list[str] = []
        for service in sorted(PERSONAL_DATA_SERVICES):
            if self._missing.get(service, 1) > 0:
                names.append(service)
        return names

    def records(self) -> dict[str, dict[str, list[Data]]]:
        """Return the exported records by service and kind, in the order of their parts."""
        found: dict[str, dict[str, list[Data]]] = {}
        for event in sorted(self.events, key=lambda event: (event["service"], event["part"])):
            of_service = found.setdefault(event["service"], {})
            for kind, records in event["records"].items():
                of_service.setdefault(kind, []).extend(records)
        return found

    def erased(self) -> Iterator[tuple[str, str, int]]:
        """Yield service, kind and number of the records that were erased."""
        for event in self.events:
            for kind, count in event["erased"].items():
                if count:
                    yield event["service"], kind, count

    def retained(self) -> Iterator[tuple[str, Data]]:
        """Yield the records that remain, each with its service."""
        for event in self.events:
            for records in event["kept"]:
                yield event["service"], records
