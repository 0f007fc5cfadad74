"""Wrong values of a field: by its published schema, and by what its name means to people."""

import re
from collections.abc import Iterator
from typing import Any

from tests.catalogue.schema import Field, Json, alternatives

SECRET = "my-password"  # a refusal does not repeat it
WRONG_TYPE: Json = {"foreign": [SECRET]}
WRONG_STRINGS = ["", " ", "a b", "Ä!", "-", "A", "Capital", "x" * 41, "X" * 61, "x" * 1001]
UNBOUNDED_LENGTH = 10_001  # characters; a string without a limit of its own takes fewer
BEYOND_ALL_NUMBERS = 10**30  # no database stores it
GOOD_KEYS = ["en", "EUR", "pending1"]  # of mappings: languages, currencies, statuses
WRONG_FORMATS: dict[str, list[Any]] = {
    "uuid": ["", "42"],
    "date-time": ["", "tomorrow", "2027-01-01", "2027-02-30T00:00:00Z", "2026-11-21T12:00:00"],
    "date": ["tomorrow", "2027-02-30"],
    "binary": ["no base64!", "Q"],
    "base64": ["no base64!", "Q"],
    "ipvanyaddress": ["", "somewhere"],
}
RATES = ["-1", "100.0001", "19.60001", "NaN", "Infinity", "a fifth", ""]
WRONG_BY_NAME: dict[str, list[Any]] = {
    "amount": [0.5, 2**53, "all"],
    "by": ["", "x" * 101],
    "colour": ["red", "#12345", "#1234567", ""],
    "country": ["de", "DEU", "", "Germany"],
    "currency": ["eur", "EURO", "€", ""],
    "delivery_days": [-1, 366, 1.5],
    "email": ["", "nobody", "a b@shop.test", "<a@b.test>", "a@b@c", "ada@"],
    "emails": [["nobody"], ["a@b.test"] * 21],
    "employee": ["", "x" * 101],
    "flags": [["shiny"], ["paid"] * 21],
    "language": ["English", "EN", "e", ""],
    "names": [{}, {"English": "Mug"}, {"en": ""}],
    "order_id": ["", "42"],
    "order_url": [
        "http://shop.test",
        "https://{reference}.test",
        "https://shop.test/{customer}",
    ],
    "owner": ["", "x" * 101],
    "percent": ["0", "-1", "100.0001", "NaN", "half"],
    "quantity": [-1, 1_000_000_001, 1.5, "many"],
    "rate": ["0", "-1", "1000000000", "0.00000000001", "NaN", "much"],
    "sku": ["", "x" * 65],
    "tax_rate": RATES,
    "shipping_tax_rate": RATES,
    "timezone": ["", "Berlin", "Europe", "../etc/passwd", "Mars/Olympus", "x" * 61],
    "tracking_url": [
        "ftp://post.test",
        "http://post.test",
        "https://post.test/{reference}",
        "https://post.test/ x",
        "https://post.test/" + "x" * 500,
    ],
}


CUT = ["order_reference"]  # typed by customers: cut to what a reference may be


def wrong_values(field: Field) -> list[Any]:
    """Return values of a field that its message must be refused for."""
    wrong: list[Any] = [WRONG_TYPE, [[SECRET]]]
    if not field.may_be_null:
        wrong.append(None)
    kinds = field.kinds
    if len(kinds) == 1 and field.path[-1] not in CUT:
        wrong += _out_of_range(kinds[0])
    wrong += WRONG_BY_NAME.get(str(field.path[-1]), [])
    return [value for value in wrong if not _allowed(value, kinds)]


def _allowed(value: Any, kinds: list[Json]) -> bool:
    """Return whether a value fits an object or a list of anything."""
    if isinstance(value, dict):
        return any(kind.get("additionalProperties") is True for kind in kinds)
    return False


def _out_of_range(kind: Json) -> Iterator[Any]:
    match kind.get("type"):
        case "string":
            yield from _wrong_strings(kind)
        case "integer":
            yield from _wrong_integers(kind)
        case "boolean":
            yield from ("perhaps", 2)
        case "array":
            yield from _wrong_lists(kind)
        case "object" if "properties" not in kind:
            yield from _wrong_mappings(kind)


def _wrong_strings(kind: Json) -> Iterator[Any]:
    if "enum" in kind:
        yield from {"", "no_such_choice"} - {*kind["enum"]}
    if kind.get("minLength"):
        yield ""
    if "maxLength" in kind:
        yield "x" * (kind["maxLength"] + 1)
    if "pattern" in kind:
        for text in WRONG_STRINGS:
            if not re.search(kind["pattern"], text):
                yield text
    yield from WRONG_FORMATS.get(kind.get("format", ""), [])
    if not {"enum", "maxLength", "pattern", "format", "const"} & {*kind}:
        yield "x" * UNBOUNDED_LENGTH


def _wrong_integers(kind: Json) -> Iterator[Any]:
    yield from (BEYOND_ALL_NUMBERS, 0.5, "1", True, "many")
    if "minimum" in kind:
        yield kind["minimum"] - 1
    if "exclusiveMinimum" in kind:
        yield kind["exclusiveMinimum"]
    if "maximum" in kind:
        yield kind["maximum"] + 1
    if "exclusiveMaximum" in kind:
        yield kind["exclusiveMaximum"]


def _wrong_lists(kind: Json) -> Iterator[Any]:
    if kind.get("minItems"):
        yield []
    if kind.get("maxItems", 0) < 1001:
        yield [WRONG_TYPE] * (kind.get("maxItems", 1000) + 1)
    for item in alternatives(kind["items"]):
        yield from ([wrong] for wrong in _out_of_range(item))


def _wrong_mappings(kind: Json) -> Iterator[Any]:
    if kind.get("minProperties"):
        yield {}
    for pattern, inner in kind.get("patternProperties", {}).items():
        yield {"No such key": "x"}
        key = next(key for key in GOOD_KEYS if re.search(pattern, key))
        for value in alternatives(inner):
            yield from ({key: wrong} for wrong in _out_of_range(value))
