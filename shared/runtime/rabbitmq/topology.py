"""Derive the topology from the services, in RabbitMQ's format for definitions, and apply it.

Exchanges, queues, bindings, users and permissions follow from the messages that services handle and
publish; they are declared nowhere else. Applying twice changes nothing; if an existing exchange or
queue differs, nothing is applied.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from shared.contracts.message import Command, Query
from shared.runtime.errors import TopologyError
from shared.runtime.handlers import Handling
from shared.runtime.rabbitmq.management import Management
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
from shared.runtime.service import Service

# RabbitMQ also counts stops and reconnects. Attempts are limited by `retry_delays`.
DELIVERY_LIMIT = 100
UNLIMITED = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
"""Arguments of a queue whose messages people inspect: by default RabbitMQ 4 drops a message after
twenty deliveries.
"""
Definitions = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Login:
    """A RabbitMQ user and password."""

    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Login":
        """Return the login of an AMQP URL, or of the first of several joined by `;`."""
        parts = urlsplit(url.split(";", maxsplit=1)[0])
        return cls(unquote(parts.username or "guest"), unquote(parts.password or "guest"))


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
            _exchange(COMMANDS, "topic", vhost, {"alternate-exchange": UNROUTED}),
            _exchange(EVENTS, "topic", vhost),
            _exchange(REPLIES, "topic", vhost),
            _exchange(UNROUTED, "fanout", vhost),
        ],
        "queues": [
            _queue(UNROUTED, vhost, UNLIMITED),
            _queue(STREAM, vhost, {"x-queue-type": "stream", "x-max-age": stream_age}),
        ],
        "bindings": [_binding(UNROUTED, UNROUTED, "", vhost), _binding(EVENTS, STREAM, "#", vhost)],
        "users": [],
        "permissions": [],
        "topic_permissions": [],
    }
    for service in services:
        for part, entries in _service(service, delays, vhost).items():
            found[part] += entries
        if service.name in logins:
            _add_user(found, logins[service.name], vhost, _service_rights(service.name))
    if "client" in logins:
        client = logins["client"]
        _add_user(found, client, vhost, _client_rights(client.user))
        found["topic_permissions"] += _client_topics(client.user, vhost)
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
        _queue(
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
    queues = [_queue(name, vhost, work), _queue(dead_queue(name), vhost, UNLIMITED), *waits]
    inward = [_binding(own, queue["name"], queue["name"], vhost) for queue in queues]
    taken = [
        _binding(_source(handling), name, handling.message.name, vhost)
        for handling in service.handlings.values()
        if not handling.message.internal
    ]
    return {
        "exchanges": [_exchange(own, "direct", vhost)],
        "queues": queues,
        "bindings": inward + taken,
    }


def _source(handling: Handling) -> str:
    return COMMANDS if issubclass(handling.message, Command | Query) else EVENTS


# --- permissions ----------------------------------------------------------------------------------


def _service_rights(name: str) -> dict[str, str]:
    """Return a service's permissions: read its queue and probe the stream; write to its own
    exchange, events and replies.
    """
    return {
        "configure": "^$",
        "write": f"^({re.escape(own_exchange(name))}|aftercart\\.(events|replies))$",
        "read": f"^({re.escape(name)}|{re.escape(STREAM)})$",
    }


def _client_rights(user: str) -> dict[str, str]:
    """Return a client's permissions: publish commands, read events and replies through queues whose
    names begin with the user's name.
    """
    own = f"{re.escape(user)}\\..*"
    return {
        "configure": f"^{own}$",
        "write": f"^(aftercart\\.commands|{own})$",
        "read": f"^(aftercart\\.(events|replies|events\\.stream)|{own})$",
    }


def _client_topics(user: str, vhost: str) -> list[dict[str, Any]]:
    """Limit a client to its own replies: reply addresses begin with the user's name."""
    return [
        {
            "user": user,
            "vhost": vhost,
            "exchange": REPLIES,
            "write": "^$",
            "read": f"^{re.escape(user)}\\.[^*#]+$",
        },
    ]


def _add_user(found: Definitions, login: Login, vhost: str, rights: dict[str, str]) -> None:
    found["users"].append(
        {
            "name": login.user,
            "password_hash": password_hash(login),
            "tags": "",
            "hashing_algorithm": "rabbit_password_hashing_sha256",
        }
    )
    found["permissions"].append({"user": login.user, "vhost": vhost, **rights})


def password_hash(login: Login, salt: bytes | None = None) -> str:
    """Return RabbitMQ's salted hash of a password. Source: https://www.rabbitmq.com/docs/passwords"""
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + login.password.encode()).digest()).decode()


# --- parts ----------------------------------------------------------------------------------------


def _exchange(
    name: str, kind: str, vhost: str, arguments: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": arguments or {},
    }


def _queue(name: str, vhost: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": arguments,
    }


def _binding(source: str, queue: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }


# --- applying -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Applied:
    """The names of what `apply` added and unbound; empty if everything existed."""

    added: list[str]
    unbound: list[str]


def apply(wanted: Definitions, management: Management, vhost: str = "/") -> Applied:
    """Apply the topology. If an existing exchange or queue differs, raises `TopologyError`, which
    names it and the difference, before changing anything.
    """
    existing = management.definitions(vhost)
    conflicts = list(differences(wanted, existing))
    if conflicts:
        raise TopologyError(
            "RabbitMQ has an older, incompatible topology; nothing was changed. "
            + " ".join(conflicts)
            + " Drain and delete these, then apply again."
        )
    added = [
        f"{part[:-1]} {_label(entry)}"
        for part in ("exchanges", "queues", "bindings")
        for entry in wanted[part]
        if _key(entry) not in {_key(other) for other in existing[part]}
    ]
    management.import_definitions(wanted)
    stale = list(stale_bindings(wanted, existing))
    for binding in stale:
        management.unbind(binding)
    return Applied(added, [_label(binding) for binding in stale])


def differences(wanted: Definitions, existing: Definitions) -> Iterable[str]:
    """Yield a sentence for each existing exchange or queue with other arguments or another type."""
    for part, fields in (
        ("exchanges", ("type", "durable", "arguments")),
        ("queues", ("durable", "arguments")),
    ):
        found = {entry["name"]: entry for entry in existing[part]}
        for entry in wanted[part]:
            other = found.get(entry["name"])
            for name in fields if other else ():
                if other and other[name] != entry[name]:
                    yield (
                        f"The {part[:-1]} '{entry['name']}' has {name} {other[name]} and should"
                        f" have {entry[name]}."
                    )


def stale_bindings(wanted: Definitions, existing: Definitions) -> Iterable[dict[str, Any]]:
    """Return bindings of the services' queues for messages that no handler takes any more."""
    ours = {entry["name"] for entry in wanted["queues"]}
    sources = {entry["name"] for entry in wanted["exchanges"]}
    keep = {_key(entry) for entry in wanted["bindings"]}
    return [
        entry
        for entry in existing["bindings"]
        if entry["destination"] in ours and entry["source"] in sources and _key(entry) not in keep
    ]


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("name", "source", "destination", "routing_key"))


def _label(entry: Mapping[str, Any]) -> str:
    return (
        entry.get("name") or f"{entry['source']} --{entry['routing_key']}--> {entry['destination']}"
    )
