"""Accept the reference of an order in place of its id. The reference is resolved before the message
is validated.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import Field, WithJsonSchema

from shared.contracts.message import Message

REFERENCE = "^[A-Z0-9-]{3,32}$"


class ByReference:
    """Mark a field of ids that also accepts references."""


OrderId = Annotated[
    UUID,
    Field(description="Id of the order, or its reference"),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string"}]}),
    ByReference(),
]


OrderOrReference = Annotated[
    str, Field(pattern="^[A-Za-z0-9-]{3,36}$", description="Id of the order, or its reference")
]
"""For lists in services without the orders: the list of an unknown order is empty."""


def references(kind: type[Message], data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a message that contain a reference instead of an id, each with the
    reference in upper case.
    """
    for name in reference_fields(kind):
        value = data.get(name)
        if not isinstance(value, str) or uuid_of(value):
            continue
        if re.fullmatch(REFERENCE, value.upper()):
            yield name, value.upper()


@cache
def reference_fields(kind: type[Message]) -> tuple[str, ...]:
    """Return the names of the fields that take references."""
    found = []
    for name, field in kind.model_fields.items():
        if _marked([*field.metadata, field.annotation]):
            found.append(name)
    return tuple(found)


def _marked(parts: list[Any]) -> bool:
    return any(isinstance(part, ByReference) or _marked(_inside(part)) for part in parts)


def _inside(part: Any) -> list[Any]:
    """Return the parts of an annotation: its metadata and its type arguments."""
    return [*getattr(part, "__metadata__", ()), *get_args(part)]


def uuid_of(value: Any) -> UUID | None:
    """Return the id in a text, or None if it is not a UUID."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
