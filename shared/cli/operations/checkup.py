"""Check everything that this installation needs: RabbitMQ, its topology, services, databases."""

from dataclasses import dataclass, field

from shared.cli.operations.database import start_failure
from shared.cli.operations.desired_topology import desired_topology, missing
from shared.cli.services import Installation
from shared.clients.health import ServiceStatus, check_health
from shared.clients.phrases import listed
from shared.clients.queue_traffic import QueueTraffic, node_problems, traffic_of
from shared.clients.replicas import check_replicas
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology_changes import changed_limits, differences
from shared.runtime.service import Service
from shared.runtime.settings import ClientSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.schema_version import outdated


@dataclass
class Checkup:
    """The result. `problems` prevent services from working, `notes` are for an operator to look
    at: one sentence each.
    """

    broker: str = "not reached"
    topology: str = "not checked"
    services: list[ServiceStatus] = field(default_factory=list)
    traffic: list[QueueTraffic] = field(default_factory=list)
    unrouted: int | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(installation: Installation, settings: ClientSettings, timeout: float) -> Checkup:
    """Check the installation; services have `timeout` seconds to answer.

    Never raises for anything that does not work: the result holds it.
    """
    found = Checkup()
    if not installation.names:
        found.problems.append("No service is installed: install the package 'aftercart' again.")
    services = _loaded(installation, found.problems)
    try:
        _check_rabbitmq(found, services, settings)
    except AftercartError as error:
        found.topology = "not known"
        found.problems.append(str(error))
    report = check_health(settings.broker_url.get_secret_value(), installation.names, timeout)
    if report.broker:
        found.broker = f"reached at {report.broker}"
        _explain_silence(report.services, services)
        found.problems += _outdated_schemas(report.services, services)
    found.services, found.unrouted = report.services, report.unrouted
    found.problems += report.problems()
    found.notes += report.notes()
    return found


def _loaded(installation: Installation, problems: list[str]) -> list[Service]:
    """Load the services; those that cannot be loaded are added to the problems."""
    services: list[Service] = []
    for name in installation.names:
        try:
            services.append(installation.service(name))
        except AftercartError as error:
            problems.append(str(error))
    return services


def _check_rabbitmq(found: Checkup, services: list[Service], settings: ClientSettings) -> None:
    if settings.management_url is None:
        found.notes.append("The topology was not checked: set AFTERCART_MANAGEMENT_URL.")
        return
    desired = desired_topology(services, settings)
    with Management(settings.management_url.get_secret_value()) as management:
        existing = management.definitions(desired.virtual_host)
        queues, nodes = management.queues(desired.virtual_host), management.nodes()
    found.traffic = traffic_of(queues)
    replicas = check_replicas(queues, nodes)
    found.problems += [*node_problems(nodes), *replicas.problems]
    found.notes += replicas.notes
    different = list(differences(desired.definitions, existing))
    absent = missing(desired.definitions, existing)
    absent += changed_limits(desired.definitions, existing)
    found.topology = "complete"
    if absent:
        found.topology = "incomplete"
    if different:
        found.topology = "incompatible"
        found.problems.append(
            f"{' '.join(different)} Drain and delete these, then run `aftercart topology apply`."
        )
    if absent:
        found.problems.append(f"RabbitMQ lacks {listed(absent)}: run `aftercart topology apply`.")


def _outdated_schemas(statuses: list[ServiceStatus], services: list[Service]) -> list[str]:
    """Return a sentence for each database that this version of the code cannot use yet, though the
    workers that run now can.
    """
    answers = {status.name: status.answer for status in statuses if status.answer}
    problems: list[str] = []
    for service in services:
        revision = answers.get(service.name, {}).get("revision")
        needed = migrations.revisions(service.migrations)[-1]
        problem = outdated(service.name, revision, needed) if revision else ""
        if problem:
            problems.append(problem)
    return problems


def _explain_silence(statuses: list[ServiceStatus], services: list[Service]) -> None:
    """Look for the cause where a service has no consumers: perhaps its database is not ready."""
    known = {service.name: service for service in services}
    for status in statuses:
        if status.answer is None and not status.consumers and status.name in known:
            status.cause = start_failure(known[status.name])
