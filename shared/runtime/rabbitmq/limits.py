"""Limit what streams and external clients may take up of RabbitMQ, by policies.

Unlike the arguments of a queue, a policy can be changed at any time; RabbitMQ applies it at once.
"""

import re
from dataclasses import dataclass

from shared.runtime.rabbitmq.definitions import Entry
from shared.runtime.rabbitmq.names import (
    DOCUMENT_STREAM,
    NAMED_BY_RABBITMQ,
    STREAM,
    UNANSWERED,
    UNROUTED,
)

ANSWERED_WITHIN = 600_000  # milliseconds
PRIORITY = 10  # of policies with the same pattern the highest priority applies
OF_CLIENTS = rf"{re.escape(NAMED_BY_RABBITMQ)}.*"  # queues that were declared without a name


@dataclass(frozen=True)
class Limits:
    """Limits; sizes are in bytes, ages as RabbitMQ writes them (`90D`, `12h`)."""

    stream_age: str = "90D"
    stream_bytes: int = 20_000_000_000
    document_age: str = "2D"
    document_bytes: int = 5_000_000_000
    unrouted_bytes: int = 250_000_000
    client_connections: int = 200
    client_channels: int = 1000
    client_queue_bytes: int = 100_000_000
    client_queue_idle: int = 86_400  # seconds
    queues: int = 500

    @property
    def of_client(self) -> dict[str, int]:
        """Return the limits of a client's user."""
        return {
            "max-connections": self.client_connections,
            "max-channels": self.client_channels,
        }


def policies(limits: Limits, vhost: str) -> list[Entry]:
    """Return the policies of the streams, and of the queues for unknown commands.

    A full queue for unknown commands refuses more of them, so that their senders know. Copies that
    nobody answered in time are dropped: their senders no longer wait.
    """
    return [
        _policy(STREAM, vhost, _stream(limits.stream_age, limits.stream_bytes)),
        _policy(DOCUMENT_STREAM, vhost, _stream(limits.document_age, limits.document_bytes)),
        _policy(
            UNROUTED,
            vhost,
            {"max-length-bytes": limits.unrouted_bytes, "overflow": "reject-publish"},
        ),
        _policy(
            UNANSWERED,
            vhost,
            {"max-length-bytes": limits.unrouted_bytes, "message-ttl": ANSWERED_WITHIN},
        ),
    ]


def parameters(limits: Limits, vhost: str) -> list[Entry]:
    """Return the limit of queues, and the policy of clients' queues. It is an operator policy,
    which applies besides other policies and lowers the limits that clients set.
    """
    definition = {
        "max-length-bytes": limits.client_queue_bytes,
        "expires": limits.client_queue_idle * 1000,
    }
    value = {
        "pattern": f"^{OF_CLIENTS}$",
        "definition": definition,
        "priority": PRIORITY,
        "apply-to": "queues",
    }
    return [
        _parameter("operator_policy", "aftercart.clients", vhost, value),
        _parameter("vhost-limits", "limits", vhost, {"max-queues": limits.queues}),
    ]


def _stream(age: str, size: int) -> Entry:
    return {"max-age": age, "max-length-bytes": size}


def _policy(queue: str, vhost: str, definition: Entry) -> Entry:
    return {
        "name": queue,
        "vhost": vhost,
        "pattern": f"^{queue.replace('.', '[.]')}$",
        "apply-to": "queues",
        "definition": definition,
        "priority": PRIORITY,
    }


def _parameter(component: str, name: str, vhost: str, value: Entry) -> Entry:
    return {"component": component, "name": name, "vhost": vhost, "value": value}
