"""The whole document: servers, channels, operations, and the components they refer to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules
from typing import Any

import yaml

from shared import contracts
from shared.contracts.asyncapi import prose
from shared.contracts.asyncapi.messages import described, exchange_role, key
from shared.contracts.asyncapi.operations import (
    Interface,
    mentioned,
    operations,
    senders,
    undeclared,
)
from shared.contracts.asyncapi.schemas import schemas
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.message import Answer, Message, Refusal, catalogue

Json = dict[str, Any]
Kind = type[Message]
VERSION = "1"  # the messages' own major version: everything in between is an addition
AMQP = {"bindingVersion": "0.3.0"}


@dataclass(frozen=True)
class Exchanges:
    """The names of the three topic exchanges."""

    commands: str
    events: str
    replies: str


def published() -> list[Kind]:
    """Return the messages of `shared.contracts` that are not internal, by wire type."""
    package = f"{contracts.__name__}."
    for module in iter_modules(contracts.__path__, package):
        import_module(module.name)
    ours = (kind for kind in catalogue.values() if kind.__module__.startswith(package))
    return sorted((kind for kind in ours if not kind.internal), key=key)


def document(
    services: Mapping[str, Interface], exchanges: Exchanges, messages: Iterable[Kind]
) -> Json:
    """The contract as plain JSON data: the same for the same messages and services, in whatever
    order they come.

    Raises ValueError where a service receives or sends a message that is not among `messages`.
    """
    known = sorted(messages, key=key)
    if unknown := undeclared(services, known):
        raise ValueError(
            f"These messages are neither published nor internal: {', '.join(unknown)}."
        )
    sender = senders(services)
    found = {
        "asyncapi": "3.0.0",
        "info": _info(exchanges, services),
        "defaultContentType": CONTENT_TYPE,
        "servers": {"rabbitmq": _server()},
        "channels": _channels(known),
        "operations": operations(services),
        "components": {
            "messages": {key(kind): described(kind, sender.get(kind)) for kind in known},
            "schemas": schemas(known),
            "channelBindings": {role: _exchange(name) for role, name in asdict(exchanges).items()},
            "operationBindings": {
                "persistent": {"amqp": {"deliveryMode": 2, "mandatory": True, **AMQP}}
            },
            "correlationIds": {"correlationid": {"location": "$message.payload#/correlationid"}},
            "securitySchemes": {"login": {"type": "userPassword", "description": prose.LOGIN}},
        },
    }
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def silent(contract: Json) -> list[str]:
    """Return messages that no service receives, publishes or replies with: `order.place.v1`."""
    return sorted(set(contract["components"]["messages"]) - set(mentioned(contract["operations"])))


def dump(contract: Json) -> str:
    """The document as it stands in the file."""
    head = (
        "# Made by `aftercart contract` of the messages and the services' handlers; changes here"
        " are overwritten.\n"
    )
    return head + yaml.dump(
        contract, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def _info(exchanges: Exchanges, services: Mapping[str, Interface]) -> Json:
    houses = {name: f"The service `{name}`" for name in sorted(services)}
    return {
        "title": "Aftercart",
        "version": VERSION,
        "description": prose.ABOUT.format(**asdict(exchanges)),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "tags": [
            {"name": name, "description": about} for name, about in (prose.TAGS | houses).items()
        ],
    }


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": prose.SERVER,
        "variables": {"host": {"default": "localhost"}, "port": {"default": "5672"}},
        "security": [{"$ref": "#/components/securitySchemes/login"}],
    }


def _exchange(name: str) -> Json:
    exchange = {"name": name, "type": "topic", "durable": True, "autoDelete": False}
    return {"amqp": {"is": "routingKey", "exchange": exchange, **AMQP}}


def _channels(known: list[Kind]) -> Json:
    """One for each routing key, and one for all answers, whose routing key the asker chooses."""
    routed = [kind for kind in known if exchange_role(kind) != "replies"]
    found = {
        name: _channel(name, list(kinds)) for name, kinds in groupby(routed, lambda kind: kind.name)
    }
    answers = [kind for kind in known if issubclass(kind, Answer | Refusal)]
    found["replies"] = _channel(None, answers) | {"description": prose.REPLIES}
    return dict(sorted(found.items()))


def _channel(address: str | None, kinds: Sequence[Kind]) -> Json:
    role = exchange_role(kinds[0]) if address else "replies"
    return {
        "address": address,
        "messages": {key(kind): {"$ref": f"#/components/messages/{key(kind)}"} for kind in kinds},
        "bindings": {"$ref": f"#/components/channelBindings/{role}"},
    }


class _Dumper(yaml.CSafeDumper):
    """Paragraphs stand as they are read."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


_Dumper.add_representer(str, _text)
