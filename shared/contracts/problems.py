"""Say in plain English what is wrong with a value, instead of by pydantic's own sentences."""

from collections.abc import Mapping
from typing import Any

PROBLEMS = {
    "missing": "This field is missing.",
    "unknown": "There is no such field.",
    "unknown_near": "There is no such field. Did you mean '{meant}'?",
    "text": "This must be a text.",
    "empty": "This text is empty.",
    "too_short": "This text must have at least {least} characters.",
    "too_long": "This text must have at most {most} characters.",
    "integer": "This must be a whole number.",
    "number": "This must be a number.",
    "decimal": "This must be a decimal number, written as a text such as '19.6'.",
    "more_than": "This must be more than {limit}.",
    "at_least": "This must be at least {limit}.",
    "less_than": "This must be less than {limit}.",
    "at_most": "This must be at most {limit}.",
    "boolean": "This must be true or false.",
    "list": "This must be a list.",
    "object": "This must be an object.",
    "too_few": "This must have at least {least} entries.",
    "too_many": "This must have at most {most} entries.",
    "choice": "This must be one of: {choices}.",
    "id": "This must be an id (UUID), such as {example}.",
    "time": "This must be a time with its zone, such as {example}.",
    "moment": "This must be a time between the years 1 and 9999.",
    "date": "This must be a date, such as {example}.",
    "email": "This is not an e-mail address.",
    "currency": "This must be the code of a currency: three capital letters, such as {example}.",
    "country": "This must be the code of a country: two capital letters, such as {example}.",
    "language": "This must be the code of a language, such as {example}.",
    "key": (
        "This must begin with a lower case letter, and contain only lower case letters, digits and"
        " '_'."
    ),
    "colour": "This must be a colour, such as {example}.",
    "base64": "This is not valid base64.",
    "ip_address": "This must be an IP address.",
    "tax_rate": (
        "This must be a percentage from 0 to 100 with at most four decimals, written as a text such"
        " as '19.6'."
    ),
    "percentage": (
        "This must be a percentage above 0 and up to 100 with at most four decimals, written as a"
        " text such as '10'."
    ),
    "exchange_rate": (
        "This must be a number above 0 with at most ten decimals, written as a text such as '1.08'."
    ),
    "time_zone": "This must be the name of a time zone, such as {example}.",
    "iban": "This is not an IBAN: check it for a typing error.",
    "web_page": (
        "This must be a web address that begins with https://, with placeholders only after its"
        " host."
    ),
    "placeholder": "There is no placeholder {name}; there are {known}.",
    "brace": "A brace has no counterpart.",
    "nul": "This contains the character NUL, which cannot be stored.",
    "format": "This does not have the form that the contract describes.",
    "value": "This value is not valid.",
}
"""The problems by key; values stand in braces."""

BY_TYPE = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_type": "text",
    "bytes_type": "base64",
    "base64_decode": "base64",
    "int_type": "integer",
    "int_parsing": "integer",
    "int_from_float": "integer",
    "int_parsing_size": "integer",
    "float_type": "number",
    "float_parsing": "number",
    "decimal_type": "decimal",
    "decimal_parsing": "decimal",
    "is_instance_of": "decimal",
    "finite_number": "decimal",
    "decimal_max_places": "decimal",
    "decimal_max_digits": "decimal",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "list_type": "list",
    "tuple_type": "list",
    "set_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "uuid_type": "id",
    "uuid_parsing": "id",
    "uuid_version": "id",
    "timezone_aware": "time",
    "ip_any_address": "ip_address",
}
"""Keys of problems by pydantic's types of errors."""
LIMITS = {
    "greater_than": ("more_than", "gt"),
    "greater_than_equal": ("at_least", "ge"),
    "less_than": ("less_than", "lt"),
    "less_than_equal": ("at_most", "le"),
}
BY_PATTERN = {
    "^[A-Z]{3}$": "currency",
    "^[A-Z]{2}$": "country",
    "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "language",
    "^[a-z][a-z0-9_]{0,39}$": "key",
    "^#[0-9A-Fa-f]{6}$": "colour",
}
EXAMPLES = {
    "id": "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01",
    "time": "2026-11-21T12:00:00Z",
    "date": "2026-11-21",
    "currency": "EUR",
    "country": "DE",
    "language": "fa",
    "colour": "#34209E",
    "time_zone": "Europe/Berlin",
}
Problem = tuple[str, Mapping[str, Any]]
"""The key of a problem, and the values of its sentence."""


def problem_of(kind: str, context: Mapping[str, Any]) -> Problem:
    """Return the problem for a type of pydantic's errors and its context."""
    key = BY_TYPE.get(kind) or _by_prefix(kind)
    values: Mapping[str, Any] = {}
    if kind in LIMITS:
        key, name = LIMITS[kind]
        values = {"limit": context[name]}
    elif kind == "string_pattern_mismatch":
        key = _of_pattern(str(context["pattern"]))
    elif kind in ("string_too_short", "too_short"):
        key, values = _too_short(kind, context["min_length"])
    elif kind in ("string_too_long", "too_long"):
        key = "too_long" if kind == "string_too_long" else "too_many"
        values = {"most": context["max_length"]}
    elif kind in ("literal_error", "enum"):
        key, values = "choice", {"choices": str(context["expected"]).replace(" or ", ", ")}
    elif kind in PROBLEMS:  # of our own validators
        key, values = kind, context
    if key in EXAMPLES:
        values = {"example": EXAMPLES[key]}
    return key, values


def sentence_of(problem: Problem) -> str:
    """Return a problem in English."""
    key, values = problem
    return PROBLEMS[key].format(**values)


def _of_pattern(pattern: str) -> str:
    if "@" in pattern:
        return "email"
    return BY_PATTERN.get(pattern, "format")


def _too_short(kind: str, least: int) -> Problem:
    if kind == "too_short":
        return "too_few", {"least": least}
    if least == 1:
        return "empty", {}
    return "too_short", {"least": least}


def _by_prefix(kind: str) -> str:
    if kind.startswith("datetime"):
        return "time"
    if kind.startswith("date"):
        return "date"
    return "value"
