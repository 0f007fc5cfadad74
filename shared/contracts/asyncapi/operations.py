"""What each service does: receives what it takes (and answers it), sends what it tells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.asyncapi import prose
from shared.contracts.asyncapi.messages import key, summary
from shared.contracts.message import Asking, Command, CommandDone, Message, Query

Json = dict[str, Any]
Kind = type[Message]


@dataclass(frozen=True)
class DoorPlate:
    """What a service takes, and the events that it tells besides refusals. Internal messages are
    left out.
    """

    takes: Sequence[Kind]
    tells: Sequence[Kind]

    @property
    def taken(self) -> list[Kind]:
        """What comes from others."""
        return [kind for kind in self.takes if not kind.internal]

    @property
    def told(self) -> list[Kind]:
        """Events and refusals of commands."""
        refusals = [kind.refusal for kind in self.taken if issubclass(kind, Command)]
        return [*(kind for kind in self.tells if not kind.internal), *refusals]

    @property
    def replied(self) -> list[Kind]:
        """What goes to a `replyto`."""
        return [reply for kind in self.taken for reply in replies(kind)]


def replies(kind: Kind) -> list[Kind]:
    """What may answer a message."""
    if issubclass(kind, Query):
        return [kind.answer, kind.refusal]
    return [CommandDone, kind.refusal] if issubclass(kind, Command) else []


def tellers(services: Mapping[str, DoorPlate]) -> dict[Kind, str]:
    """For each message the first service that sends it."""
    found: dict[Kind, str] = {}
    for name, plate in sorted(services.items()):
        for kind in (*plate.told, *plate.replied):
            found.setdefault(kind, name)
    return found


def operations(services: Mapping[str, DoorPlate]) -> Json:
    """AsyncAPI Operation Objects by name: `orders.receive.order.place.v1`,
    `orders.send.order.placed.v1`.
    """
    found: Json = {}
    for name, plate in services.items():
        found |= {f"{name}.receive.{key(kind)}": _receive(name, kind) for kind in plate.taken}
        found |= {f"{name}.send.{key(kind)}": _send(name, kind) for kind in plate.told}
    return dict(sorted(found.items()))


def channel_message(channel: str, kind: Kind) -> Json:
    """A reference to a message of a channel."""
    return {"$ref": f"#/channels/{channel}/messages/{key(kind)}"}


def mentioned(found: Json) -> Iterator[str]:
    """Keys of the messages that operations name, as messages or replies."""
    for operation in found.values():
        for reference in (*operation["messages"], *operation.get("reply", {}).get("messages", [])):
            yield reference["$ref"].rpartition("/")[2]


def strangers(services: Mapping[str, DoorPlate], known: Iterable[Kind]) -> list[str]:
    """One phrase for each message of a service that is not among those known."""
    known = set(known)
    return [
        f"{name}: {kind.wire_type()}"
        for name, plate in services.items()
        for kind in (*plate.taken, *plate.told, *plate.replied)
        if kind not in known
    ]


def _receive(service: str, kind: Kind) -> Json:
    operation = _operation("receive", service, kind)
    if not issubclass(kind, Asking):
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
        "title": f"{service} {'takes' if action == 'receive' else 'tells'} {kind.name}",
        "summary": summary(kind),
        "tags": [{"name": service}],
        "messages": [channel_message(kind.name, kind)],
    }
