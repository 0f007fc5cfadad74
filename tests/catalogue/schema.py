"""The published schemas, walked beside examples: which fields data may have, at any depth."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.contracts.asyncapi.messages import key
from shared.contracts.asyncapi.schemas import schemas
from shared.contracts.message import CommandOrQuery, Message
from shared.runtime.service import installed_services
from tests.words import Path

Json = dict[str, Any]
NULL = {"type": "null"}


@dataclass(frozen=True)
class Field:
    """A field of a message: its place, its schema, and whether it must be there."""

    path: Path
    schema: Json
    required: bool

    @property
    def kinds(self) -> list[Json]:
        """The schemas that the value may have, without null."""
        return [kind for kind in alternatives(self.schema) if kind != NULL]

    @property
    def may_be_null(self) -> bool:
        return NULL in alternatives(self.schema)


@cache
def components() -> Json:
    """Return the published schemas by name."""
    asked: dict[str, type[Message]] = {}
    for service in installed_services().values():
        for handling in service.handlings.values():
            if issubclass(handling.message, CommandOrQuery):
                asked[key(handling.message)] = handling.message
    return schemas(asked.values())


def alternatives(schema: Json) -> list[Json]:
    """Return what a value may be, each without references."""
    if "$ref" in schema:
        return alternatives(components()[schema["$ref"].rpartition("/")[2]])
    if "allOf" in schema:
        return alternatives(schema["allOf"][0])
    if "anyOf" in schema or "oneOf" in schema:
        choices = schema.get("anyOf") or schema["oneOf"]
        return [each for choice in choices for each in alternatives(choice)]
    return [schema]


def fields(schema: Json, value: Any, path: Path = ()) -> Iterator[Field]:
    """Yield the fields of a value, and those that it could have, at any depth of the value."""
    for kind in alternatives(schema):
        if isinstance(value, dict):
            yield from _fields_of_object(kind, value, path)
        elif isinstance(value, list) and kind.get("type") == "array":
            for index, item in enumerate(value[:1]):
                yield from fields(kind["items"], item, (*path, index))


def _fields_of_object(kind: Json, value: Json, path: Path) -> Iterator[Field]:
    for name, schema in kind.get("properties", {}).items():
        yield Field((*path, name), schema, name in kind.get("required", []))
        if name in value:
            yield from fields(schema, value[name], (*path, name))
    for schema in kind.get("patternProperties", {}).values():
        for name, inner in value.items():
            yield from fields(schema, inner, (*path, name))


def objects(schema: Json, value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the places of all objects in a value that have a fixed set of fields."""
    for kind in alternatives(schema):
        if isinstance(value, dict) and "properties" in kind:
            yield path
        if isinstance(value, dict):
            for name, inner in kind.get("properties", {}).items():
                if name in value:
                    yield from objects(inner, value[name], (*path, name))
        elif isinstance(value, list) and kind.get("type") == "array":
            for index, item in enumerate(value[:1]):
                yield from objects(kind["items"], item, (*path, index))
