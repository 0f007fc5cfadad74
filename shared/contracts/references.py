"""Fields that take what people call a thing as well as its id. The reference is resolved before the
message is read.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import Field, WithJsonSchema

from shared.contracts.message import Message

REFERENCE = "^[A-Z0-9-]{3,32}$"


class ByReference:
    """Marks a field of ids that takes references, too."""


OrderId = Annotated[
    UUID,
    Field(description="The order's id, or its reference"),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string"}]}),
    ByReference(),
]


OrderOrReference = Annotated[
    str, Field(pattern="^[A-Za-z0-9-]{3,36}$", description="The order's id, or its reference")
]
"""For lists of services that do not have the orders: nothing is listed of an order that they never
heard of.
"""


def references(kind: type[Message], data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a message that hold a reference instead of an id, each with the reference
    in capitals.
    """
    for name in reference_fields(kind):
        value = data.get(name)
        if (
            isinstance(value, str)
            and uuid_of(value) is None
            and re.fullmatch(REFERENCE, value.upper())
        ):
            yield name, value.upper()


def reference_fields(kind: type[Message]) -> tuple[str, ...]:
    """Return the names of the fields that take references."""
    if kind not in _known:
        fields = kind.model_fields.items()
        _known[kind] = tuple(
            name for name, field in fields if _marked([*field.metadata, field.annotation])
        )
    return _known[kind]


_known: dict[type[Message], tuple[str, ...]] = {}


def _marked(parts: list[Any]) -> bool:
    return any(isinstance(part, ByReference) or _marked(_inside(part)) for part in parts)


def _inside(part: Any) -> list[Any]:
    return [
        *getattr(part, "__metadata__", ()),
        *(each for each in get_args(part) if each is not part),
    ]


def uuid_of(value: Any) -> UUID | None:
    """Return the id that a text is, or None where it is none."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
