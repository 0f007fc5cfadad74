"""Define the permissions of RabbitMQ users: what each may create, publish and read.

RabbitMQ checks the name of an exchange or queue against a regular expression, and, for a topic
exchange with topic permissions, the routing key against another. Source:
https://www.rabbitmq.com/docs/access-control
"""

import re
from collections.abc import Iterable, Sequence

from shared.contracts.message import Command
from shared.runtime.rabbitmq.definitions import Entry
from shared.runtime.rabbitmq.limits import OF_CLIENTS
from shared.runtime.rabbitmq.names import (
    COMMANDS,
    DIRECT_REPLIES,
    DIRECT_REPLY_TO,
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
)
from shared.runtime.service import Service

NOTHING = "^$"  # also matches an empty routing key, which no message has


def service_rights(service: Service) -> Entry:
    """Return a service's permissions: read its queues and the unanswered messages, and probe the
    stream; write to its own exchanges, the exchanges of the events that it publishes, and replies.
    """
    queues = [queue_of(service.name, weight) for weight in service.weights]
    queues.append(overflow_queue(service.name))
    writable = [own_exchange(service.name), EVENTS, REPLIES, DIRECT_REPLIES]
    if event_names(service, documents=True):
        writable.append(DOCUMENTS)
    return {
        "configure": NOTHING,
        "write": f"{_one_of(writable)}|^{re.escape(service.name)}\\.wait\\.[0-9]+$",
        "read": _one_of([*queues, UNANSWERED, STREAM]),
    }


def service_topics(service: Service, user: str, vhost: str) -> list[Entry]:
    """Limit a service to publishing the events that its contracts and handlers name. Otherwise one
    service that an attacker controls could publish the events of all others. Of queues it reaches
    only those that RabbitMQ named, which are of clients.
    """
    return [
        _topic(
            user, vhost, DIRECT_REPLIES, write=f"^({OF_CLIENTS}|{re.escape(DIRECT_REPLY_TO)}.*)$"
        ),
        _topic(user, vhost, EVENTS, write=_one_of(event_names(service))),
        _topic(user, vhost, DOCUMENTS, write=_one_of(event_names(service, documents=True))),
    ]


def event_names(service: Service, *, documents: bool = False) -> Sequence[str]:
    """Return the names of the events that a service publishes: those with the bytes of a document,
    or all others, with the refusals of its commands.
    """
    names = set()
    for event in service.publishes:
        if event.holds_document == documents:
            names.add(event.name)
    if not documents:
        for handling in service.handlings.values():
            if issubclass(handling.message, Command):
                names.add(handling.message.refusal.name)
    return sorted(names)


def client_rights(*, events: bool = True, documents: bool = True) -> Entry:
    """Return a client's permissions: publish commands, create queues for its replies, which
    RabbitMQ names, and read the streams of events and of documents, which hold those of all shops.

    - A client cannot bind a queue to the exchange of events: RabbitMQ confirms an event only when
      every bound queue has taken it, so that one client's queue could hold up all services.
    - No exchange may have such a name. With an exchange and queues that dead-letter to it, a client
      can multiply a message without limit: 7 queues made 13,700 of one.
    - The names are random, so that no client finds another's queue.
    """
    readable = "|".join(re.escape(name) for name in (REPLIES, *_streams(events, documents)))
    return {
        "configure": f"^{OF_CLIENTS}$",
        "write": f"^({re.escape(COMMANDS)}|{OF_CLIENTS})$",
        "read": f"^({readable}|{OF_CLIENTS})$",
    }


def console_rights(services: Iterable[Service]) -> Entry:
    """Return the permissions of the console: those of a client, and those that operators need for
    dead letters: read them, and publish them again to the queues that they were in.
    """
    names = [service.name for service in services]
    exchanges = [COMMANDS, REPLAYS, *map(own_exchange, names)]
    queues = [REPLIES, *_streams(True, True), UNROUTED, *map(dead_queue, names)]
    return {
        "configure": f"^{OF_CLIENTS}$",
        "write": f"^({'|'.join(map(re.escape, exchanges))}|{OF_CLIENTS})$",
        "read": f"^({'|'.join(map(re.escape, queues))}|{OF_CLIENTS})$",
    }


def reader_rights(*, events: bool = True, documents: bool = True) -> Entry:
    """Return a reader's permissions: read the streams, publish and create nothing."""
    return {
        "configure": NOTHING,
        "write": NOTHING,
        "read": _one_of(_streams(events, documents)),
    }


def _streams(events: bool, documents: bool) -> list[str]:
    chosen = {STREAM: events, DOCUMENT_STREAM: documents}
    return [stream for stream, readable in chosen.items() if readable]


def client_topics(user: str, vhost: str) -> list[Entry]:
    """Limit a client to its own replies: reply addresses begin with the user's name."""
    return [_topic(user, vhost, REPLIES, read=f"^{re.escape(user)}\\.[^*#]+$")]


def _one_of(names: Iterable[str]) -> str:
    """Return a pattern that matches exactly these names."""
    return f"^({'|'.join(map(re.escape, names))})$"


def _topic(
    user: str, vhost: str, exchange: str, write: str = NOTHING, read: str = NOTHING
) -> Entry:
    return {"user": user, "vhost": vhost, "exchange": exchange, "write": write, "read": read}
