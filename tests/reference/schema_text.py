"""Describe JSON schemas of the contract in words, for tables of fields."""

import json
from typing import Any

Schema = dict[str, Any]
FORMATS = {"uuid": "UUID", "date-time": "time", "date": "date", "email": "email address"}
RANGES = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " entries"),
    ("minProperties", "maxProperties", " entries"),
    ("minimum", "maximum", ""),
)
EXCLUSIVE = (("exclusiveMinimum", "more than"), ("exclusiveMaximum", "less than"))


def target(schema: Schema) -> str | None:
    """Return the name of the schema that this one refers to, alone or with a description."""
    references = [schema, *schema.get("allOf", [])]
    for reference in references:
        if "$ref" in reference:
            return str(reference["$ref"]).rsplit("/", 1)[1]
    return None


def inline(part: Any, small: Schema) -> Any:
    """Return a part of the contract with the `small` types in place of references to them."""
    if isinstance(part, list):
        return [inline(each, small) for each in part]
    if not isinstance(part, dict):
        return part
    name = target(part) if not part.keys() - {"$ref", "allOf", "description", "default"} else None
    if name in small:
        described = {key: part[key] for key in ("description", "default") if key in part}
        return {**inline(small[name], small), **described}
    return {key: inline(value, small) for key, value in part.items()}


def type_of(schema: Schema) -> str:
    """Return the type in words, with links to the values that it refers to."""
    if name := target(schema):
        return f"[{name}](values.md#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(type_of(each) for each in schema[key]))
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        return ", ".join(f"`{_json(value)}`" for value in values)
    return _plain_type(schema)


def _plain_type(schema: Schema) -> str:
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if kind == "object" and "properties" not in schema:
        return _map(schema)
    if kind == "string" and schema.get("contentEncoding") == "base64":
        return "Base64"
    return FORMATS.get(schema.get("format", ""), kind)


def _map(schema: Schema) -> str:
    patterns = list(schema.get("patternProperties", {}).values())
    value = schema.get("additionalProperties") or (patterns[0] if patterns else None)
    return f"object of {type_of(value)} by key" if isinstance(value, dict) else "object"


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def limits_of(schema: Schema) -> str:
    """Return the limits of a value in words: `1 to 200 characters`."""
    found = []
    for least, most, unit in RANGES:
        if range_ := _range(schema.get(least), schema.get(most)):
            found.append(f"{range_}{unit}")
    found += [f"{words} {schema[key]:,}" for key, words in EXCLUSIVE if key in schema]
    if "default" in schema and schema["default"] not in (None, "", [], {}):
        found.append(f"default `{_json(schema['default'])}`")
    return ", ".join(found)


def _range(least: float | None, most: float | None) -> str:
    if most is None:
        return f"at least {least:,}" if least else ""
    if not least:
        return f"at most {most:,}"
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def field_rows(schema: Schema) -> list[str]:
    """Return the lines of a table with the fields of an object."""
    required = schema.get("required", [])
    rows = []
    for name, field in schema.get("properties", {}).items():
        shown = f"**`{name}`**" if name in required else f"`{name}`"
        meaning = field.get("description", "").replace("\n", " ").replace("|", "\\|")
        rows.append(f"| {shown} | {type_of(field)} | {limits_of(field)} | {meaning} |")
    if not rows:
        return ["It has no fields.", ""]
    return ["| field | type | limits | meaning |", "|---|---|---|---|", *rows, ""]
