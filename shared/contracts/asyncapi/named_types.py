"""Name each schema that becomes a type in another language.

Generators of code make a type of an enumeration, a mapping or a union inside a schema, and number
those without a name. So these are schemas of their own, named by their property: `Calendar`. If two
of one name differ, each is named by its schema as well: `RefundViewKind`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
DESCRIBING = ("description", "default", "examples")
"""What belongs to a property, and not to its type."""


@dataclass(frozen=True)
class Place:
    """A schema without a name inside another one: the name of that one, the property, and the
    schema.
    """

    schema: str
    field: str
    part: Json


def with_named_types(schemas: Json, prefix: str) -> Json:
    """Return the schemas with a title each, and with the types inside them as schemas of their own.

    `prefix` is the start of references to them. The schemas are changed.
    """
    places: list[Place] = []
    for name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            places += _unnamed(Place(name, field, part))
    found = dict(schemas)
    for place, name in _names(places, schemas):
        found[name] = _type_of(place.part)
        _refer(place.part, prefix + name)
    return {name: {**found[name], "title": name} for name in sorted(found)}


def _names(places: list[Place], schemas: Json) -> Iterator[tuple[Place, str]]:
    """Yield each place with the name of its type."""
    forms: dict[str, set[str]] = defaultdict(set)
    for place in places:
        forms[_camel(place.field)].add(json.dumps(_type_of(place.part), sort_keys=True))
    for place in places:
        name = _camel(place.field)
        if len(forms[name]) > 1 or name in schemas:
            name = place.schema + name
        yield place, name


def _unnamed(place: Place) -> Iterator[Place]:
    """Yield the types without a name in a schema, the inner ones first."""
    part = place.part
    if "items" in part:
        yield from _unnamed(Place(place.schema, f"{place.field}_item", part["items"]))
    for values in _values(part):
        yield from _unnamed(Place(place.schema, f"{place.field}_value", values))
    alternatives = _alternatives(part)
    if len(alternatives) == 1:
        yield from _unnamed(Place(place.schema, place.field, alternatives[0]))
    elif is_type(part):
        yield place


def is_type(part: Json) -> bool:
    """Return whether generators of code make a type of a schema that is not a reference."""
    if part.get("type") == "object" or len(part.get("enum", ())) > 1:
        return True
    return len(_alternatives(part)) > 1


def _alternatives(part: Json) -> list[Json]:
    """Return the alternatives of a union, without null."""
    found = []
    for variant in part.get("anyOf", ()):
        if variant != {"type": "null"}:
            found.append(variant)
    return found


def _values(part: Json) -> Iterator[Json]:
    """Yield the schemas of a mapping's values."""
    yield from part.get("patternProperties", {}).values()
    if isinstance(part.get("additionalProperties"), dict):
        yield part["additionalProperties"]


def _type_of(part: Json) -> Json:
    """Return a schema without what belongs to the property."""
    return {name: value for name, value in part.items() if name not in DESCRIBING}


def _refer(part: Json, reference: str) -> None:
    """Replace a schema by a reference; draft 7 ignores everything beside a `$ref`."""
    described = {name: part[name] for name in DESCRIBING if name in part}
    part.clear()
    if described:
        part.update({"allOf": [{"$ref": reference}], **described})
    else:
        part["$ref"] = reference


def _camel(field: str) -> str:
    """Return the name of a type: `came_from` -> `CameFrom`."""
    return "".join(word.capitalize() for word in field.split("_"))
