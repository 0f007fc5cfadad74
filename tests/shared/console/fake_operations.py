"""Operation without RabbitMQ: what a test put there is shown, and what was done is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from shared.clients.dead_letters import DeadLetter, DeadLetterQueue
from shared.clients.health import HealthReport, ServiceStatus
from shared.clients.queue_traffic import QueueTraffic
from shared.console.operation.event_feed import EventFeed
from shared.console.operation.letters import FoundLetters, LetterFilter, ShownLetter, shown
from shared.console.operation.personal_data import PersonalDataJob
from shared.console.operation.printing import PrintJob
from shared.console.operation.traffic import Sample, Traffic, rates_of
from shared.contracts.envelope import Envelope

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SERVICES = ["documents", "ingest", "notify", "orders"]


def event(name: str = "order.placed", shop: str = "default", **data: object) -> Envelope:
    return Envelope.model_validate(
        {
            "id": f"id-{name}-{len(data)}",
            "source": "/aftercart/orders",
            "type": f"aftercart.{name}.v1",
            "subject": "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01",
            "time": NOW,
            "shop": shop,
            "data": data,
        }
    )


def letter(
    service: str = "orders", reason: str = "ValueError: no such thing", **attributes: object
) -> DeadLetter:
    envelope = event("order.place", note=XSS).model_copy(update=attributes)
    return DeadLetter(
        queue=DeadLetterQueue(service),
        tag=1,
        body=envelope.encode(),
        headers={"x-reason": reason, "x-buried-at": NOW.isoformat()},
        user_id="",
        routing_key="order.place",
        envelope=envelope,
        fault="",
        attempts=5,
    )


def traffic(*rates: float) -> Traffic:
    samples: list[Sample] = []
    for second, rate in enumerate(rates):
        queue = QueueTraffic("orders", waiting=7, held=1, consumers=2, rate_in=rate, rate_out=2.0)
        foreign = QueueTraffic("amq.gen-x", waiting=3, held=0, consumers=0, rate_in=0, rate_out=0)
        samples.append(Sample(float(second), {queue.name: queue, foreign.name: foreign}))
    return Traffic(list(rates_of(samples, SERVICES)))


def report() -> HealthReport:
    services = [
        ServiceStatus(name, answer={"revision": "0042"}, seconds=0.01, waiting=0, consumers=1)
        for name in SERVICES
    ]
    services[-1].dead = 2
    return HealthReport(services, broker="localhost:5672", unrouted=0)


def connected_feed() -> EventFeed:
    feed = EventFeed("amqp://nobody@localhost")
    feed._error = ""
    return feed


@dataclass
class FakeOperations:
    """Holds letters, events and figures; `settled` records replayed and dropped letters."""

    services: list[str] = field(default_factory=lambda: list(SERVICES))
    letters: list[DeadLetter] = field(default_factory=lambda: [letter()])
    events: EventFeed = field(default_factory=connected_feed)
    report: HealthReport = field(default_factory=report)
    rates: Traffic = field(default_factory=lambda: traffic(1.0, 3.0, 2.0))
    settled: list[tuple[list[str], str, str]] = field(default_factory=list)
    jobs: dict[str, PrintJob] = field(default_factory=dict)
    personal: dict[str, PersonalDataJob] = field(default_factory=dict)
    directory: Path = Path()
    error: Exception | None = None

    async def health(self) -> HealthReport:
        return self.report

    async def traffic(self) -> Traffic:
        return self.rates

    async def find(self, wanted: LetterFilter, limit: int) -> FoundLetters:
        self._fail()
        found: list[ShownLetter] = []
        for one in self.letters:
            if wanted.service in ("", one.queue.service) and wanted.matches(one):
                found.append(shown(one, NOW))
        counts: dict[str, int | None] = dict.fromkeys(self.services, 0)
        return FoundLetters(counts | {"orders": len(self.letters)}, found[:limit], len(found))

    async def chosen(self, keys: Iterable[str]) -> list[ShownLetter]:
        self._fail()
        known = [shown(one, NOW) for one in self.letters]
        return [one for one in known if one.key in set(keys)]

    async def settle(self, keys: Iterable[str], action: str, by: str) -> int:
        self._fail()
        self.settled.append((list(keys), action, by))
        return len(self.settled[-1][0])

    async def collect_prints(self, shop: str, batch_id: str) -> PrintJob:
        self._fail()
        return self.jobs.setdefault(batch_id, PrintJob(shop, batch_id, self.directory))

    def print_job(self, shop: str, batch_id: str) -> PrintJob | None:
        return self.jobs.get(batch_id)

    async def follow_personal_data(
        self, shop: str, customer_id: str, command: str, command_id: str
    ) -> PersonalDataJob:
        self._fail()
        job = PersonalDataJob(shop, customer_id, command, command_id)
        return self.personal.setdefault(command_id, job)

    def personal_data(self, shop: str, command_id: str) -> PersonalDataJob | None:
        return self.personal.get(command_id)

    def _fail(self) -> None:
        if self.error:
            raise self.error
