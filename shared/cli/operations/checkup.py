"""Looks at everything that must be well: RabbitMQ, the topology, every service, and what waits
where.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pika.adapters.blocking_connection import BlockingConnection

from shared.cli.operations.database import hindrance
from shared.cli.operations.desired_topology import missing, wiring
from shared.cli.services import Installation
from shared.cli.terminal import counted, listed
from shared.clients.client import Client, Request, new_id
from shared.clients.connection import address, connected, count, login
from shared.contracts.common import AskHealth
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import UNROUTED, dead_queue
from shared.runtime.rabbitmq.topology import differences
from shared.runtime.service import Service
from shared.runtime.settings import ClientSettings


@dataclass
class ServiceLook:
    """One service: `answer` is the data of its `service.health_answered`. None: it is not known.
    `hindrance`: why it cannot be started, in a sentence.
    """

    name: str
    answer: dict[str, Any] | None = None
    waiting: int | None = None
    consumers: int | None = None
    dead: int | None = None
    hindrance: str = ""

    @property
    def problems(self) -> Iterator[str]:
        """What is wrong with it, and what to do."""
        if self.answer is not None:
            yield from (f"{self.name}: {problem}" for problem in self.answer.get("problems", []))
        elif self.waiting is None:
            return  # its queue is missing, which the topology tells
        elif self.consumers:
            waiting = counted(self.waiting, "message")
            yield (
                f"{self.name} is connected and does not answer: it is busy or stuck ({waiting}"
                " wait); see its log."
            )
        else:
            what_to_do = self.hindrance or f"Start it by `aftercart worker {self.name}`."
            yield f"{self.name} does not run. {what_to_do}"


@dataclass
class Checkup:
    """`problems` keep the house from its work; `notes` are what somebody should look at. One
    sentence each.
    """

    broker: str = "not reached"
    topology: str = "not checked"
    services: list[ServiceLook] = field(default_factory=list)
    unrouted: int | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(installation: Installation, settings: ClientSettings, seconds: float) -> Checkup:
    """Never raises for what is wrong outside: it is in the result. `seconds`: how long services
    have to answer.
    """
    found = Checkup(services=[ServiceLook(name) for name in installation.names])
    if not found.services:
        found.problems.append("No service is installed: install the package 'aftercart' again.")
    services = list(_loaded(installation, found.problems))
    try:
        _check_topology(found, services, settings)
    except AftercartError as error:
        found.topology = "not known"
        found.problems.append(str(error))
    urls = settings.broker_url.get_secret_value()
    try:
        with connected(urls, "health") as connection:
            found.broker = f"reached at {address(urls)}"
            _count(found, connection)
            _ask(found, Client(connection, login(urls)[0]), seconds)
        _look_for_hindrances(found, services)
    except AftercartError as error:
        found.problems.append(str(error))
    else:
        found.problems += [problem for look in found.services for problem in look.problems]
        found.notes += _notes(found)
    return found


def _loaded(installation: Installation, problems: list[str]) -> Iterator[Service]:
    for name in installation.names:
        try:
            yield installation.service(name)
        except AftercartError as error:
            problems.append(str(error))


def _check_topology(found: Checkup, services: list[Service], settings: ClientSettings) -> None:
    if settings.management_url is None:
        found.notes.append("The topology was not checked: set AFTERCART_MANAGEMENT_URL.")
        return
    planned = wiring(services, settings)
    with Management(settings.management_url.get_secret_value()) as management:
        different = list(differences(planned.wanted, management.definitions(planned.vhost)))
        lacking = missing(planned.wanted, management, planned.vhost)
    if different:
        found.problems.append(
            f"{' '.join(different)} Drain and delete what differs, then `aftercart topology apply`."
        )
    if lacking:
        found.problems.append(f"RabbitMQ lacks {listed(lacking)}: run `aftercart topology apply`.")
    found.topology = "incompatible" if different else "incomplete" if lacking else "complete"


def _count(found: Checkup, connection: BlockingConnection) -> None:
    """By AMQP, which knows at once: the management API's figures are seconds old."""
    for look in found.services:
        look.waiting, look.consumers = count(connection, look.name) or (None, None)
        look.dead = (count(connection, dead_queue(look.name)) or (None,))[0]
    found.unrouted = (count(connection, UNROUTED) or (None,))[0]


def _ask(found: Checkup, client: Client, seconds: float) -> None:
    """Ends as soon as every service has answered; also those without consumers are asked: they may
    just be starting.
    """
    asked = {look.name: look for look in found.services if look.waiting is not None}
    if not asked:
        return
    request = Request(AskHealth.name, AskHealth.wire_type(), {}, new_id())
    client.send(request)
    for reply in client.replies(request, seconds):
        look = asked.pop(str(reply.data.get("service")), None)
        if look:
            look.answer = reply.data
        if not asked:
            return


def _look_for_hindrances(found: Checkup, services: list[Service]) -> None:
    known = {service.name: service for service in services}
    for look in found.services:
        if look.answer is None and not look.consumers and look.name in known:
            look.hindrance = hindrance(known[look.name])


def _notes(found: Checkup) -> Iterator[str]:
    for look in found.services:
        if look.dead:
            letters = counted(look.dead, "dead letter")
            yield f"{letters} of {look.name}: see `aftercart dead list --service {look.name}`."
    if found.unrouted:
        commands = counted(found.unrouted, "command")
        yield f"{commands} that no service takes: see `aftercart dead list --service unrouted`."
