"""Write each message as a JSON Schema of its own, and all of them as one."""

from collections.abc import Iterator
from typing import Any

from shared.contracts.asyncapi.schemas import SCHEMAS

Json = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect that the files state. They are valid in draft 7 too."""
DEFINITIONS = "#/$defs/"


def schema_files(contract: Json) -> Iterator[tuple[str, Json]]:
    """Yield the name of each message, such as `order.place.v1`, with a schema of its envelope that
    refers to nothing outside.
    """
    components = contract["components"]
    for key, message in components["messages"].items():
        own = _local(message["payload"])
        needed = _needed(own, components["schemas"])
        yield (
            key,
            {
                "$schema": DIALECT,
                "$id": f"urn:aftercart:{key}",
                "description": message["description"],
                **own,
                "examples": [each["payload"] for each in message["examples"]],
                "$defs": {name: needed[name] for name in sorted(needed)},
            },
        )


def bundle(contract: Json) -> Json:
    """Return one schema with all messages and the values in them, by their names."""
    components = contract["components"]
    definitions = {name: _local(schema) for name, schema in components["schemas"].items()}
    messages = []
    for message in components["messages"].values():
        own = _local(message["payload"]) | {"description": message["description"]}
        definitions[own["title"]] = own
        messages.append({"$ref": DEFINITIONS + own["title"]})
    return {"$schema": DIALECT, "title": "Message", "anyOf": messages, "$defs": definitions}


def _local(part: Any) -> Any:
    """Return a schema that refers to its own definitions."""
    if isinstance(part, list):
        return [_local(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {name: _local(value) for name, value in part.items()}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = DEFINITIONS + found["$ref"].removeprefix(SCHEMAS)
    return found


def _needed(schema: Json, known: Json) -> Json:
    """Return the definitions that a schema refers to, directly or not."""
    found: Json = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _local(known[name])
            waiting += _references(found[name])
    return found


def _references(part: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix(DEFINITIONS)
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)
