"""Describe the operations in the contract: messages that each service receives, replies to and
publishes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, filterfalse
from typing import Any

from shared.contracts.asyncapi import prose
from shared.contracts.asyncapi.messages import key, summary
from shared.contracts.message import Command, CommandOrQuery, Message, Query
from shared.contracts.replies import CommandDone, MessageRefused

Json = dict[str, Any]
Kind = type[Message]


def _is_internal(kind: Kind) -> bool:
    return kind.internal


@dataclass(frozen=True)
class Interface:
    """The messages that a service receives, and the events that it publishes, without refusals.
    Both include internal messages.
    """

    receives: Sequence[Kind]
    publishes: Sequence[Kind]

    @property
    def received(self) -> list[Kind]:
        """Return the messages that other programs send."""
        return list(filterfalse(_is_internal, self.receives))

    @property
    def published(self) -> list[Kind]:
        """Return the events, and the refusals of commands."""
        events = filterfalse(_is_internal, self.publishes)
        refusals = [kind.refusal for kind in self.received if issubclass(kind, Command)]
        return [*events, *refusals]

    @property
    def replied(self) -> list[Kind]:
        """Return the messages sent to a `replyto`."""
        return list(chain.from_iterable(map(replies, self.received)))


def replies(kind: Kind) -> list[Kind]:
    """Return the possible replies to a message."""
    if issubclass(kind, Query):
        return [kind.answer, kind.refusal, MessageRefused]
    return [CommandDone, kind.refusal, MessageRefused] if issubclass(kind, Command) else []


def senders(services: Mapping[str, Interface]) -> dict[Kind, str]:
    """Return for each message the first service that sends it."""
    found: dict[Kind, str] = {}
    for name, service in sorted(services.items()):
        for kind in (*service.published, *service.replied):
            found.setdefault(kind, name)
    return found


def operations(services: Mapping[str, Interface]) -> Json:
    """Return AsyncAPI Operation Objects by name: `orders.receive.order.place.v1`,
    `orders.send.order.placed.v1`.
    """
    found: Json = {}
    for name, service in services.items():
        found |= {f"{name}.receive.{key(kind)}": _receive(name, kind) for kind in service.received}
        found |= {f"{name}.send.{key(kind)}": _send(name, kind) for kind in service.published}
    return dict(sorted(found.items()))


def channel_message(channel: str, kind: Kind) -> Json:
    """Return a reference to a message of a channel."""
    return {"$ref": f"#/channels/{channel}/messages/{key(kind)}"}


def referenced(found: Json) -> Iterator[str]:
    """Yield the keys of messages that operations contain, as messages or replies."""
    for operation in found.values():
        for reference in (*operation["messages"], *operation.get("reply", {}).get("messages", [])):
            yield reference["$ref"].rpartition("/")[2]


def undeclared(services: Mapping[str, Interface], known: Iterable[Kind]) -> list[str]:
    """Return one phrase for each message of a service that is not among those known."""
    known = set(known)
    found = []
    for name, service in services.items():
        for kind in (*service.received, *service.published, *service.replied):
            if kind not in known:
                found.append(f"{name}: {kind.wire_type()}")
    return found


def _receive(service: str, kind: Kind) -> Json:
    operation = _operation("receive", service, kind)
    if not issubclass(kind, CommandOrQuery):
        return operation
    return operation | {
        "reply": {
            "address": {
                "location": "$message.payload#/replyto",
                "description": prose.REPLY_ADDRESS,
            },
            "channel": {"$ref": "#/channels/replies"},
            "messages": [channel_message("replies", reply) for reply in replies(kind)],
        }
    }


def _send(service: str, kind: Kind) -> Json:
    return _operation("send", service, kind) | {
        "bindings": {"$ref": "#/components/operationBindings/persistent"}
    }


def _operation(action: str, service: str, kind: Kind) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{kind.name}"},
        "title": f"{service} {'receives' if action == 'receive' else 'publishes'} {kind.name}",
        "summary": summary(kind),
        "tags": [{"name": service}],
        "messages": [channel_message(kind.name, kind)],
    }
