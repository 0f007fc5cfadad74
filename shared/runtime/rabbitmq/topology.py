"""Derive the topology from the services, in RabbitMQ's format for definitions.

Exchanges, queues, bindings, users and permissions follow from the messages that services handle and
publish; they are declared nowhere else.
"""

from collections.abc import Iterable, Mapping

from shared.contracts.message import Command, Query
from shared.runtime.handlers import Handling
from shared.runtime.rabbitmq.definitions import Definitions, binding, exchange, queue
from shared.runtime.rabbitmq.names import (
    COMMANDS,
    EVENTS,
    REPLIES,
    STREAM,
    UNROUTED,
    dead_queue,
    own_exchange,
    wait_queue,
)
from shared.runtime.rabbitmq.users import (
    Login,
    add_user,
    client_rights,
    client_topics,
    service_rights,
)
from shared.runtime.service import Service

# RabbitMQ also counts stops and reconnects. Attempts are limited by `retry_delays`.
DELIVERY_LIMIT = 100
UNLIMITED = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
"""Arguments of a queue for inspection by people: by default RabbitMQ 4 drops a message after
twenty deliveries.
"""


def definitions(
    services: Iterable[Service],
    retry_delays: Iterable[float],
    logins: Mapping[str, Login],
    vhost: str = "/",
    stream_age: str = "90D",
) -> Definitions:
    """Return the whole topology. `logins` are those of services, by name, and of `client`."""
    services = list(services)
    delays = list(retry_delays)
    found: Definitions = {
        "exchanges": [
            exchange(COMMANDS, "topic", vhost, {"alternate-exchange": UNROUTED}),
            exchange(EVENTS, "topic", vhost),
            exchange(REPLIES, "topic", vhost),
            exchange(UNROUTED, "fanout", vhost),
        ],
        "queues": [
            queue(UNROUTED, vhost, UNLIMITED),
            queue(STREAM, vhost, {"x-queue-type": "stream", "x-max-age": stream_age}),
        ],
        "bindings": [binding(UNROUTED, UNROUTED, "", vhost), binding(EVENTS, STREAM, "#", vhost)],
        "users": [],
        "permissions": [],
        "topic_permissions": [],
    }
    for service in services:
        for part, entries in _service(service, delays, vhost).items():
            found[part] += entries
        if service.name in logins:
            add_user(found, logins[service.name], vhost, service_rights(service.name))
    if "client" in logins:
        client = logins["client"]
        add_user(found, client, vhost, client_rights())
        found["topic_permissions"] += client_topics(client.user, vhost)
    return found


def _service(service: Service, delays: list[float], vhost: str) -> Definitions:
    name, own = service.name, own_exchange(service.name)
    quorum = {"x-queue-type": "quorum"}
    # At-least-once dead-lettering needs both of these: a full queue refuses messages, and the
    # sender keeps them.
    safe = quorum | {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    safe |= {"x-dead-letter-exchange": own}
    work = safe | {
        "x-dead-letter-routing-key": dead_queue(name),
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    waits = [
        queue(
            wait_queue(name, delay),
            vhost,
            safe
            | {
                "x-dead-letter-routing-key": name,
                "x-message-ttl": round(delay * 1000),
            },
        )
        for delay in delays
    ]
    queues = [queue(name, vhost, work), queue(dead_queue(name), vhost, UNLIMITED), *waits]
    inward = [binding(own, entry["name"], entry["name"], vhost) for entry in queues]
    taken = [
        binding(_source(handling), name, handling.message.name, vhost)
        for handling in service.handlings.values()
        if not handling.message.internal
    ]
    return {
        "exchanges": [exchange(own, "direct", vhost)],
        "queues": queues,
        "bindings": inward + taken,
    }


def _source(handling: Handling) -> str:
    return COMMANDS if issubclass(handling.message, Command | Query) else EVENTS
