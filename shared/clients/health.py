"""Ask the services for their health, and count the messages in their queues."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pika.adapters.blocking_connection import BlockingConnection

from shared.clients.client import Client, Request
from shared.clients.connection import connect, queue_counts
from shared.clients.phrases import counted
from shared.clients.urls import address, login
from shared.contracts.common import GetHealth
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import UNROUTED, dead_queue, overflow_queue, queue_of
from shared.runtime.weight import Weight


@dataclass
class ServiceStatus:
    """One service. `answer` holds the fields of its `service.health_answered`; `waiting`,
    `questions`, `bulk` and `dead` count the messages in its queues; None means unknown.

    `seconds` is the time that the answer took, and `cause` a sentence why it cannot run, if the
    caller knows more than RabbitMQ does.
    """

    name: str
    answer: dict[str, Any] | None = None
    seconds: float | None = None
    waiting: int | None = None
    questions: int | None = None
    bulk: int | None = None
    consumers: int | None = None
    dead: int | None = None
    cause: str = ""

    def problems(self) -> list[str]:
        """Return what prevents it from working, each with its remedy."""
        if self.answer is not None:
            return [f"{self.name}: {problem}" for problem in self.answer.get("problems", [])]
        if self.waiting is None or self.questions is None:
            return [f"A queue of {self.name} is missing: run `aftercart topology apply`."]
        if self.consumers:
            waiting = counted(self.questions, "question")
            return [
                f"{self.name} is connected and does not answer: it is busy or stuck ({waiting}"
                " waiting); see its log."
            ]
        remedy = self.cause or f"Start it with `aftercart worker {self.name}`."
        return [f"{self.name} is not running. {remedy}"]

    def notes(self) -> list[str]:
        """Return what an operator should look at, though the service works."""
        found: list[str] = []
        answer = self.answer or {}
        known, revision = answer.get("worker_revision", ""), answer.get("revision", "")
        if known < revision:
            found.append(
                f"A worker of {self.name} has code for revision '{known}' and its database is at"
                f" '{revision}', which works: deploy the newer version to all its workers."
            )
        if self.dead:
            letters = counted(self.dead, "dead letter")
            found.append(
                f"{letters} of {self.name}: see `aftercart dead list --service {self.name}`."
            )
        return found


@dataclass
class HealthReport:
    """RabbitMQ and the services as they are now.

    `broker` is RabbitMQ's address, empty if it cannot be reached, which `error` then explains.
    `unrouted` counts the commands that no service handles.
    """

    services: list[ServiceStatus] = field(default_factory=list)
    broker: str = ""
    unrouted: int | None = None
    error: str = ""

    def problems(self) -> list[str]:
        """Return what prevents services from working, one sentence each."""
        if self.error:
            return [self.error]
        found: list[str] = []
        for service in self.services:
            found += service.problems()
        return found

    def notes(self) -> list[str]:
        """Return what an operator should look at, one sentence each."""
        if self.error:
            return []
        found: list[str] = []
        for service in self.services:
            found += service.notes()
        if self.unrouted:
            commands = counted(self.unrouted, "command")
            found.append(
                f"{commands} that no service handles: see `aftercart dead list --service unrouted`."
            )
        return found


def check_health(urls: str, services: Sequence[str], timeout: float) -> HealthReport:
    """Ask the named services for their health, for `timeout` seconds at most.

    Never raises for a RabbitMQ or a service that does not work: the report holds it.
    """
    report = HealthReport([ServiceStatus(name) for name in services])
    try:
        with connect(urls, "health") as connection:
            report.broker = address(urls)
            _count_messages(report, connection)
            _ask_services(report.services, Client(connection, login(urls)[0]), timeout)
    except AftercartError as error:
        report.error = str(error)
    return report


def _count_messages(report: HealthReport, connection: BlockingConnection) -> None:
    """Count over AMQP, which is exact; figures of the management API are seconds old."""
    for service in report.services:
        counts = queue_counts(connection, service.name)
        if counts:
            service.waiting, service.consumers = counts
            overflow = _waiting_messages(connection, overflow_queue(service.name))
            service.waiting += overflow or 0
        questions, bulk = (
            queue_of(service.name, weight) for weight in (Weight.QUESTION, Weight.BULK)
        )
        service.questions = _waiting_messages(connection, questions)
        service.bulk = _waiting_messages(connection, bulk)
        service.dead = _waiting_messages(connection, dead_queue(service.name))
    report.unrouted = _waiting_messages(connection, UNROUTED)


def _waiting_messages(connection: BlockingConnection, queue: str) -> int | None:
    counts = queue_counts(connection, queue)
    return counts.messages if counts else None


def _ask_services(services: Sequence[ServiceStatus], client: Client, timeout: float) -> None:
    """Collect answers until every service has answered or the time is over. Services without
    consumers are asked too: they may just be starting.
    """
    missing = {service.name: service for service in services if service.questions is not None}
    if not missing:
        return
    request = Request(GetHealth.name, {}, version=GetHealth.version)
    client.consume_replies()
    sent = time.monotonic()
    client.send(request)
    for reply in client.replies(request, timeout):
        service = missing.pop(str(reply.data.get("service")), None)
        if service:
            service.answer, service.seconds = reply.data, time.monotonic() - sent
        if not missing:
            return
