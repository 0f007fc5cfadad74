"""Give a title to each schema that becomes a type in another language.

An enumeration, a mapping or a union inside a schema is named by its property: `Calendar`. If two of
one name differ, each is named by its schema as well: `RefundViewKind`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Place = tuple[str, str, Json]
"""The name of a schema, that of a property, and a schema inside."""


def titled(schemas: Json) -> Json:
    """Return the schemas with titles. Titles are unique, except for equal schemas."""
    schemas = {name: {**schema, "title": name} for name, schema in schemas.items()}
    places = list(_unnamed(schemas))
    forms: dict[str, set[str]] = defaultdict(set)
    for _, field, part in places:
        forms[_camel(field)].add(_form(part))
    for name, field, part in places:
        title = _camel(field)
        if len(forms[title]) > 1 or title in schemas:
            title = name + title
        part["title"] = title
    return schemas


def _unnamed(schemas: Json) -> Iterator[Place]:
    """Yield the schemas without a name that become types, each with its place."""
    for name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            yield from _inside(name, field, part)


def _inside(name: str, field: str, part: Json) -> Iterator[Place]:
    if is_type(part):
        yield name, field, part
    if "items" in part:
        yield from _inside(name, f"{field}_item", part["items"])
    for values in _values(part):
        yield from _inside(name, f"{field}_value", values)
    alternatives = _alternatives(part)
    for number, variant in enumerate(alternatives):
        suffix = "" if len(alternatives) == 1 and not is_type(part) else f"_variant_{number + 1}"
        yield from _inside(name, field + suffix, variant)


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


def _camel(field: str) -> str:
    """Return the name of a type: `came_from` -> `CameFrom`."""
    return "".join(word.capitalize() for word in field.split("_"))


def _form(part: Json) -> str:
    """Return a text that is the same for schemas that differ in their descriptions only."""
    plain = {}
    for name, value in part.items():
        if name not in ("description", "title", "default"):
            plain[name] = value
    return json.dumps(plain, sort_keys=True)
