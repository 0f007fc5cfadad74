"""All commands and queries that services take, with data to send: their examples, completed."""

from copy import deepcopy
from functools import cache
from typing import Any

from shared.contracts import samples
from shared.contracts.asyncapi.schemas import schema_name
from shared.contracts.message import Command, CommandOrQuery, Query
from shared.runtime.service import Service, installed_services
from tests.catalogue.made_up import made_up
from tests.catalogue.schema import Json, alternatives, components

SERVICES = sorted(installed_services().values(), key=lambda service: service.name)

OTHER_EXAMPLES: dict[tuple[str, str], dict[str, Any]] = {
    ("orders", "document.render"): {"order_id": samples.ORDER_ID},
    ("documents", "document.e_invoice"): {"document_id": samples.DOCUMENT_ID},
    ("notify", "template.put"): {"service": "notify", "template": "payment", "subject": "Paid"},
    ("notify", "template.reset"): {"service": "notify", "template": "payment"},
    ("notify", "template.get"): {"service": "notify", "template": "payment"},
    ("notify", "template.versions"): {"service": "notify", "template": "payment"},
    ("notify", "template.restore"): {
        "service": "notify",
        "template": "payment",
        "version_number": 1,
    },
}
"""Of messages that several services take, whose example is meant for one of them; and of an
e-invoice that asks nothing more of the parties.
"""


def asked(service: Service) -> list[type[CommandOrQuery]]:
    """Return the commands and queries that a service takes from others."""
    found: list[type[CommandOrQuery]] = []
    for handling in service.handlings.values():
        message = handling.message
        if issubclass(message, CommandOrQuery) and not message.internal:
            found.append(message)
    return found


def commands(service: Service) -> list[type[Command]]:
    return [message for message in asked(service) if issubclass(message, Command)]


def queries(service: Service) -> list[type[Query]]:
    return [message for message in asked(service) if issubclass(message, Query)]


def schema_of(message: type[CommandOrQuery]) -> Json:
    """Return the published schema of a message's data."""
    found: Json = components()[schema_name(message)]
    return found


def example_for(message: type[CommandOrQuery], service: Service) -> dict[str, Any]:
    """Return a message's example, addressed to a service."""
    data = deepcopy(OTHER_EXAMPLES.get((service.name, message.name), message.example))
    if message.addressee_field:  # lists differ in nothing else
        data[message.addressee_field] = service.name
    return data


@cache
def samples_by_component() -> dict[str, Any]:
    """Return a value of each schema that occurs in an example, by the schema's title."""
    found: dict[str, Any] = {}
    for service in SERVICES:
        for message in asked(service):
            _collect(schema_of(message), message.example, found)
    return found


def _collect(schema: Json, value: Any, found: dict[str, Any]) -> None:
    for kind in alternatives(schema):
        if isinstance(value, dict) and "properties" in kind:
            found.setdefault(kind["title"], value)
            for name, inner in kind["properties"].items():
                if name in value:
                    _collect(inner, value[name], found)
        elif isinstance(value, list) and kind.get("type") == "array":
            for item in value[:1]:
                _collect(kind["items"], item, found)


def complete(schema: Json, value: Any) -> Any:
    """Return a value with the optional objects and lists that it lacks, taken from examples."""
    for kind in alternatives(schema):
        if isinstance(value, dict) and "properties" in kind:
            value = dict(value)
            for name, inner in kind["properties"].items():
                present = value.get(name) or _sample(inner)
                if present is not None:
                    value[name] = complete(inner, present)
        elif isinstance(value, list) and kind.get("type") == "array":
            value = [complete(kind["items"], item) for item in value]
    return value


def _sample(schema: Json) -> Any:
    for kind in alternatives(schema):
        if "properties" in kind:
            return samples_by_component().get(kind["title"]) or made_up(kind)
        if kind.get("type") == "array":
            item = _sample(kind["items"])
            return None if item is None else [item]
    return None
