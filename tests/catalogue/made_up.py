"""Values made up by a schema, where no example of the contract has one."""

import re
from typing import Any

from tests.catalogue.schema import NULL, Json, alternatives

TEXTS = ["en", "19", "EUR", "GB", "0088", "image/png", "SOME-CODE"]
TEXTS += ["6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01", "2026-11-21T12:00:00Z", "ada@example.test"]
BY_NAME = {"iban": "DE89370400440532013000"}
BY_FORMAT = {"uuid": TEXTS[-3], "date-time": TEXTS[-2]}


def made_up(schema: Json) -> Any:
    """Return the smallest value that fits a schema."""
    kind = next(kind for kind in alternatives(schema) if kind != NULL)
    match kind.get("type"):
        case "object":
            return _an_object(kind)
        case "array":
            return [made_up(kind["items"])] * kind.get("minItems", 0)
        case "integer":
            return max(kind.get("minimum", 1), kind.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
    return _a_text(kind)


def _an_object(kind: Json) -> Json:
    properties = kind.get("properties", {})
    found = {}
    for name in kind.get("required", []):
        found[name] = BY_NAME.get(name) or made_up(properties[name])
    for pattern, inner in kind.get("patternProperties", {}).items():
        if kind.get("minProperties"):
            found[next(text for text in TEXTS if re.search(pattern, text))] = made_up(inner)
    return found


def _a_text(kind: Json) -> str:
    if "enum" in kind:
        return str(kind["enum"][0])
    if "format" in kind:
        return BY_FORMAT[kind["format"]]
    return next(text for text in TEXTS if re.search(kind.get("pattern", ""), text))
