"""Derive the topology from the services, in RabbitMQ's format for definitions.

Exchanges, queues, bindings, users and permissions follow from the messages that services handle and
publish; they are declared nowhere else.
"""

from collections.abc import Iterable, Mapping

from shared.contracts.message import Event
from shared.runtime.handlers import Handling
from shared.runtime.rabbitmq.definitions import REPLICAS, Definitions, binding, exchange, queue
from shared.runtime.rabbitmq.limits import Limits, parameters, policies
from shared.runtime.rabbitmq.names import (
    COMMANDS,
    DIRECT_REPLIES,
    DOCUMENT_STREAM,
    DOCUMENTS,
    EVENTS,
    REPLAYS,
    REPLIES,
    STREAM,
    UNANSWERED,
    UNROUTED,
    dead_queue,
    overflow_queue,
    own_exchange,
    queue_of,
    wait_queue,
)
from shared.runtime.rabbitmq.permissions import (
    client_rights,
    client_topics,
    console_rights,
    service_rights,
    service_topics,
)
from shared.runtime.rabbitmq.users import Login, add_user
from shared.runtime.service import Service

# RabbitMQ also counts stops and reconnects. Attempts are limited by `retry_delays`.
DELIVERY_LIMIT = 100
MONITORING = "monitoring"  # the tag of users that may read rates from the management API
BALANCED = {"x-queue-leader-locator": "balanced"}  # leaders on all nodes, not on one
QUORUM = {"x-queue-type": "quorum", "x-quorum-initial-group-size": REPLICAS, **BALANCED}
# RabbitMQ removes old messages of a stream by whole segments; of 500 MB by default.
STREAM_ARGUMENTS = {
    "x-queue-type": "stream",
    "x-initial-cluster-size": REPLICAS,
    "x-stream-max-segment-size-bytes": 50_000_000,
    **BALANCED,
}
FORWARDING = {**QUORUM, "x-message-ttl": 0, "x-dead-letter-exchange": ""}
"""Arguments of a queue that forwards each message at once to the queue that its routing key names.

Publishing to the default exchange would need a permission for every queue. The permission on the
topic exchange before this queue covers only the names of clients' queues.
"""
UNLIMITED = {**QUORUM, "x-delivery-limit": 2**31 - 1}
"""Arguments of a queue for inspection by people: by default RabbitMQ 4 drops a message after
twenty deliveries.
"""


def definitions(
    services: Iterable[Service],
    retry_delays: Iterable[float],
    logins: Mapping[str, Login],
    vhost: str = "/",
    limits: Limits | None = None,
) -> Definitions:
    """Return the whole topology. `logins` are those of services, by name, of `client`, and of
    `console`.
    """
    limits = limits or Limits()
    services = list(services)
    delays = list(retry_delays)
    found: Definitions = {
        "exchanges": [
            exchange(COMMANDS, "topic", vhost, {"alternate-exchange": UNROUTED}),
            exchange(EVENTS, "topic", vhost),
            exchange(DOCUMENTS, "topic", vhost),
            exchange(REPLIES, "topic", vhost),
            exchange(DIRECT_REPLIES, "topic", vhost),
            exchange(UNROUTED, "fanout", vhost),
            exchange(REPLAYS, "topic", vhost),
        ],
        "queues": [
            queue(UNROUTED, vhost, UNLIMITED),
            queue(UNANSWERED, vhost, QUORUM),
            queue(DIRECT_REPLIES, vhost, FORWARDING),
            queue(STREAM, vhost, STREAM_ARGUMENTS),
            queue(DOCUMENT_STREAM, vhost, STREAM_ARGUMENTS),
        ],
        "bindings": [
            binding(UNROUTED, UNROUTED, "", vhost),
            binding(UNROUTED, UNANSWERED, "", vhost),
            binding(DIRECT_REPLIES, DIRECT_REPLIES, "#", vhost),
            binding(REPLAYS, COMMANDS, "#", vhost, "exchange"),
            binding(EVENTS, STREAM, "#", vhost),
            binding(DOCUMENTS, DOCUMENT_STREAM, "#", vhost),
        ],
        "policies": policies(limits, vhost),
        "parameters": parameters(limits, vhost),
        "users": [],
        "permissions": [],
        "topic_permissions": [],
    }
    for service in services:
        for part, entries in _service(service, delays, vhost).items():
            found[part] += entries
        if service.name in logins:
            login = logins[service.name]
            add_user(found, login, vhost, service_rights(service))
            found["topic_permissions"] += service_topics(service, login.user, vhost)
    if "client" in logins:
        client = logins["client"]
        add_user(found, client, vhost, client_rights(), limits.of_client)
        found["topic_permissions"] += client_topics(client.user, vhost)
    if "console" in logins:
        console = logins["console"]
        rights = console_rights(services)
        add_user(found, console, vhost, rights, limits.of_client, tags=MONITORING)
        found["topic_permissions"] += client_topics(console.user, vhost)
    return found


def _service(service: Service, delays: list[float], vhost: str) -> Definitions:
    name, own = service.name, own_exchange(service.name)
    # At-least-once dead-lettering needs both of these: a full queue refuses messages, and the
    # sender keeps them.
    safe = QUORUM | {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    safe |= {"x-dead-letter-exchange": own}
    work = safe | {
        "x-dead-letter-routing-key": dead_queue(name),
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    queues = [queue(queue_of(name, weight), vhost, {**work}) for weight in service.weights]
    queues.append(queue(overflow_queue(name), vhost, {**work}))
    queues.append(queue(dead_queue(name), vhost, UNLIMITED))
    bindings = [binding(own, entry["name"], entry["name"], vhost) for entry in queues]
    exchanges = [exchange(own, "direct", vhost)]
    for delay in delays:
        # Without a routing key of its own, a wait queue returns each message by the message's key.
        wait, expiring = wait_queue(name, delay), {"x-message-ttl": round(delay * 1000)}
        queues.append(queue(wait, vhost, safe | expiring))
        exchanges.append(exchange(wait, "fanout", vhost))
        bindings.append(binding(wait, wait, "", vhost))
    for handling in service.handlings.values():
        if not handling.message.internal:
            target = queue_of(name, handling.weight)
            bindings.append(binding(_source(handling), target, handling.message.name, vhost))
    return {"exchanges": exchanges, "queues": queues, "bindings": bindings}


def _source(handling: Handling) -> str:
    if not issubclass(handling.message, Event):
        return COMMANDS
    return DOCUMENTS if handling.message.holds_document else EVENTS
