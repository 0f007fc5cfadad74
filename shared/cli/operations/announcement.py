"""Announce the storefronts to all services, as RabbitMQ's administrator."""

from collections.abc import Iterable

from shared.clients.client import Client, Request
from shared.contracts.storefronts import SetStorefronts
from shared.runtime.errors import TopologyError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import own_exchange

SOURCE = "/aftercart/administrator"


def announce(
    management: Management, vhost: str, services: Iterable[str], command: SetStorefronts
) -> None:
    """Publish the storefronts to each service's own exchange, where no client can publish.

    Raises `TopologyError` if a service has no queue.
    """
    _publish(management, vhost, services, command, None)


def announce_and_wait(
    client: Client,
    management: Management,
    vhost: str,
    services: Iterable[str],
    command: SetStorefronts,
    timeout: float,
) -> set[str]:
    """Publish the storefronts, and return the services that did not confirm them in `timeout`
    seconds; they apply them when they run again.
    """
    client.consume_replies()
    waiting = set(services)
    request = _publish(management, vhost, waiting, command, client.address)
    for reply in client.replies(request, timeout):
        waiting.discard(reply.envelope.source.rpartition("/")[2])
        if not waiting:
            break
    return waiting


def _publish(
    management: Management,
    vhost: str,
    services: Iterable[str],
    command: SetStorefronts,
    reply_to: str | None,
) -> Request:
    request = Request(command.name, command.model_dump(mode="json"), version=command.version)
    body = request.encode(SOURCE, reply_to)
    for service in services:
        if not management.publish(vhost, own_exchange(service), service, body):
            raise TopologyError(
                f"The queue of {service} is missing: run `aftercart topology apply`."
            )
    return request
