"""What the pages of operation need of RabbitMQ, and how they get it without blocking."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from importlib.metadata import entry_points
from typing import Protocol, TypeVar

import structlog

from shared.clients.health import HealthReport, check_health
from shared.console.bus import BrokerAway
from shared.console.operation.event_feed import EventFeed
from shared.console.operation.letters import (
    FoundLetters,
    LetterFilter,
    ShownLetter,
    chosen_letters,
    find_letters,
    settle_letters,
)
from shared.console.operation.personal_data import PersonalDataJob, PersonalDataJobs
from shared.console.operation.printing import REFUSED, PrintJob, PrintJobs
from shared.console.operation.traffic import Traffic, TrafficSampler
from shared.console.settings import ConsoleSettings
from shared.contracts.envelope import Envelope
from shared.runtime.errors import AftercartError

logger = structlog.get_logger()

Found = TypeVar("Found")

HEALTH_SECONDS = 3.0
NO_MANAGEMENT = "AFTERCART_CONSOLE_MANAGEMENT_URL is not set, so that no rates are known."


class Events(Protocol):
    """The live events."""

    @property
    def error(self) -> str:
        """Why no events arrive; empty if they do."""
        ...

    def recent(self, shop: str, pattern: str = "#") -> list[Envelope]:
        """Return the latest events of a shop, newest first."""
        ...

    def follow(
        self, shop: str, pattern: str = "#", *, pause: float = 15
    ) -> AsyncIterator[Envelope | None]:
        """Yield each new event; None when there was none for `pause` seconds."""
        ...


class Operations(Protocol):
    """What operators see and do."""

    @property
    def events(self) -> Events:
        """The live events."""
        ...

    async def health(self) -> HealthReport:
        """Ask the services for their health."""
        ...

    async def traffic(self) -> Traffic:
        """Return the queues with their rates."""
        ...

    async def find(self, wanted: LetterFilter, limit: int) -> FoundLetters:
        """Return dead letters that match. Raises `BrokerAway`."""
        ...

    async def chosen(self, keys: Iterable[str]) -> list[ShownLetter]:
        """Return the dead letters with these keys. Raises `BrokerAway`."""
        ...

    async def settle(self, keys: Iterable[str], action: str, by: str) -> int:
        """Replay or drop dead letters, and return their number. Raises `BrokerAway`."""
        ...

    async def collect_prints(self, shop: str, batch_id: str) -> PrintJob:
        """Begin to collect the PDFs of a batch. Raises `BrokerAway`."""
        ...

    def print_job(self, shop: str, batch_id: str) -> PrintJob | None:
        """Return a batch that was printed here."""
        ...

    async def follow_personal_data(
        self, shop: str, customer_id: str, command: str, command_id: str
    ) -> PersonalDataJob:
        """Begin to follow an export or erasure. Raises `BrokerAway`."""
        ...

    def personal_data(self, shop: str, command_id: str) -> PersonalDataJob | None:
        """Return an export or erasure that began here."""
        ...


class RabbitOperations:
    """Operations on RabbitMQ, with the console's own user."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._urls = settings.broker_url.get_secret_value()
        self.services = installed_services()
        self._feed = EventFeed(self._urls)
        self.events = self._feed
        self._printing = PrintJobs(self._urls, lambda shop: self._feed.recent(shop, REFUSED))
        self._personal_data = PersonalDataJobs(self._urls)
        self._sampler: TrafficSampler | None = None
        if settings.management_url:
            self._sampler = TrafficSampler(
                settings.management_url.get_secret_value(), self._urls, self.services
            )

    def start(self) -> None:
        """Start to read events and rates."""
        self._feed.start()
        if self._sampler:
            self._sampler.start()

    def stop(self) -> None:
        """End the threads."""
        self._feed.stop()
        if self._sampler:
            self._sampler.stop()

    async def health(self) -> HealthReport:
        """Ask the services for their health."""
        return await asyncio.to_thread(check_health, self._urls, self.services, HEALTH_SECONDS)

    async def traffic(self) -> Traffic:
        """Return the queues with their rates."""
        if self._sampler is None:
            return Traffic(error=NO_MANAGEMENT)
        return self._sampler.traffic()

    async def find(self, wanted: LetterFilter, limit: int) -> FoundLetters:
        """Return dead letters that match. Raises `BrokerAway`."""
        return await _in_thread(lambda: find_letters(self._urls, self.services, wanted, limit))

    async def chosen(self, keys: Iterable[str]) -> list[ShownLetter]:
        """Return the dead letters with these keys. Raises `BrokerAway`."""
        return await _in_thread(lambda: chosen_letters(self._urls, self.services, keys))

    async def settle(self, keys: Iterable[str], action: str, by: str) -> int:
        """Replay or drop dead letters, and return their number. Raises `BrokerAway`."""
        done = await _in_thread(
            lambda: settle_letters(self._urls, self.services, keys, action), changes=True
        )
        logger.info("console_dead_letters", action=action, by=by, number=done)
        return done

    async def collect_prints(self, shop: str, batch_id: str) -> PrintJob:
        """Begin to collect the PDFs of a batch. Raises `BrokerAway`."""
        return await _in_thread(lambda: self._printing.start(shop, batch_id))

    def print_job(self, shop: str, batch_id: str) -> PrintJob | None:
        """Return a batch that was printed here."""
        return self._printing.get(shop, batch_id)

    async def follow_personal_data(
        self, shop: str, customer_id: str, command: str, command_id: str
    ) -> PersonalDataJob:
        """Begin to follow an export or erasure. Raises `BrokerAway`."""
        jobs = self._personal_data
        return await _in_thread(lambda: jobs.start(shop, customer_id, command, command_id))

    def personal_data(self, shop: str, command_id: str) -> PersonalDataJob | None:
        """Return an export or erasure that began here."""
        return self._personal_data.get(shop, command_id)


async def _in_thread(function: Callable[[], Found], *, changes: bool = False) -> Found:
    """Call a blocking function of a client. Raises `BrokerAway` for its errors."""
    try:
        return await asyncio.to_thread(function)
    except AftercartError as error:
        raise BrokerAway(str(error), sent=changes) from error


def installed_services() -> list[str]:
    """Return the names of the installed services."""
    return sorted(point.name for point in entry_points(group="aftercart.services"))
