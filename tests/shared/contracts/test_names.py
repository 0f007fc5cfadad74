"""One name, one form: a property of one name has the same type in every message, but for the
exceptions listed here, each with its reason.
"""

import re
from collections import defaultdict
from typing import Any

Json = dict[str, Any]

EXCEPTIONS = {
    "order_id": "commands and queries also take the reference of the order, which people know",
}
MONEY = ("Money", "Price", "PositiveMoney", "Coin")


def form(part: Json, schemas: Json) -> str:
    """Return the form of a value: `time`, `money`, `list of string`, `object`."""
    for key in ("allOf", "anyOf"):
        variants = {form(each, schemas) for each in part.get(key, ())} - {"null"}
        if variants:
            return " or ".join(sorted(variants))
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        if name.removesuffix("Input") in MONEY:
            return "money"
        return form(schemas[name], schemas)
    if part.get("type") == "array":
        return f"list of {form(part['items'], schemas)}"
    if "const" in part:
        return "string"
    return str(part.get("format") or part.get("type", "any"))


def forms(contract: Json) -> dict[str, set[str]]:
    """Return the forms of each property, by its name, outside of the envelope."""
    schemas = contract["components"]["schemas"]
    found: dict[str, set[str]] = defaultdict(set)
    for name, schema in schemas.items():
        if name != "Envelope" and name.removesuffix("Input") not in MONEY:
            for field, part in schema.get("properties", {}).items():
                found[field].add(form(part, schemas))
    return found


def test_a_name_has_one_form(contract: Json) -> None:
    several = {name: kinds for name, kinds in forms(contract).items() if len(kinds) > 1}
    unexplained = several.keys() - EXCEPTIONS.keys()
    assert {name: several[name] for name in unexplained} == {}


def test_each_exception_is_needed(contract: Json) -> None:
    several = {name for name, kinds in forms(contract).items() if len(kinds) > 1}
    assert EXCEPTIONS.keys() - several == set()


def test_ids_times_and_amounts_have_the_forms_that_their_names_say(contract: Json) -> None:
    found = forms(contract)
    for name, kinds in found.items():
        if name == "at" or name.endswith("_at"):
            assert kinds == {"date-time"}, name
        if name.endswith("_on"):
            assert kinds == {"date"}, name
        if re.search("(^|_)(price|amount)$", name):
            assert kinds == {"money"}, name
        if re.search("(^|_)(tax_rate|percent|language|country|currency)$", name):
            assert kinds == {"string"}, name


def test_a_kind_is_one_of_a_list(contract: Json) -> None:
    free = []
    for name, schema in contract["components"]["schemas"].items():
        for field in ("kind",):
            part = schema.get("properties", {}).get(field)
            if part is not None and not choices(part, contract["components"]["schemas"]):
                free.append(f"{name}.{field}")
    assert free == []


def choices(part: Json, schemas: Json) -> list[str]:
    """Return the values that a property can have, as far as they are listed."""
    found = list(part.get("enum", ()))
    for each in (*part.get("allOf", ()), *part.get("anyOf", ())):
        found += choices(each, schemas)
    if "$ref" in part:
        found += choices(schemas[part["$ref"].rsplit("/", 1)[1]], schemas)
    return found


UNITS = re.compile(
    r"(?i)\b(pieces?|minor units|grams|seconds|days|years|bytes|pixels|number|quantity|"
    r"characters|hours|entries|messages|uses|submissions|orders|documents|attempts|pages|rows|"
    r"digits|priority|files|threads|mails|lines|maximum|order|line|files|attachments|carts)\b"
)


def test_every_number_says_what_it_counts(contract: Json) -> None:
    missing = []
    for name, schema in contract["components"]["schemas"].items():
        for field, part in schema.get("properties", {}).items():
            kinds = {each.get("type") for each in (part, *part.get("anyOf", ()))}
            if kinds & {"integer", "number"} and not UNITS.search(part["description"]):
                missing.append(f"{name}.{field}: {part['description']}")
    assert missing == []


def test_two_forms_are_found(contract: Json) -> None:
    wrong = {"properties": {"sku": {"type": "integer"}}}
    schemas = contract["components"]["schemas"] | {"Wrong": wrong}
    assert forms({"components": {"schemas": schemas}})["sku"] == {"string", "integer"}


def test_a_state_with_a_name_has_its_colour(contract: Json) -> None:
    """A screen shows a state by both."""
    colourless = []
    for name, schema in contract["components"]["schemas"].items():
        properties = schema.get("properties", {})
        if "state_label" in properties and "state_colour" not in properties:
            colourless.append(name)
    assert colourless == []
