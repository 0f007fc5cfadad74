"""Write entries in RabbitMQ's format for definitions. Source:
https://www.rabbitmq.com/docs/definitions
"""

from typing import Any

Entry = dict[str, Any]
Definitions = dict[str, list[Entry]]
REPLICAS = 3
"""Copies of each queue in a cluster, on different nodes; a single node has one."""


def exchange(name: str, kind: str, vhost: str, arguments: dict[str, Any] | None = None) -> Entry:
    """Return a durable exchange."""
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": arguments or {},
    }


def queue(name: str, vhost: str, arguments: dict[str, Any]) -> Entry:
    """Return a durable queue."""
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": arguments,
    }


def binding(
    source: str, destination: str, key: str, vhost: str, destination_type: str = "queue"
) -> Entry:
    """Return a binding of a queue to an exchange, or of an `exchange` to another."""
    return {
        "source": source,
        "vhost": vhost,
        "destination": destination,
        "destination_type": destination_type,
        "routing_key": key,
        "arguments": {},
    }
