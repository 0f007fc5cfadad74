"""Refuse values of another JSON type than the contract states, where pydantic would convert them:
`"true"` and 1 for a boolean, a number for a time.
"""

from typing import Any

from pydantic_core import PydanticKnownError

Schema = dict[str, Any]
TIMES = ("datetime", "date")


def with_strict_types(schema: Any, model: type) -> Any:
    """Return the core schema of a model with strict booleans and times.

    Models inside it are left out: each is changed when it is declared.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(with_strict_types(part, model) for part in schema)
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if kind == "model" and schema["cls"] is not model:
        return schema
    if kind == "bool":
        return {**schema, "strict": True}
    if kind in TIMES:
        function = _no_number_for_time if kind == "datetime" else _no_number_for_date
        check = {"type": "no-info", "function": function}
        return {"type": "function-before", "function": check, "schema": schema}
    return {name: with_strict_types(part, model) for name, part in schema.items()}


def _no_number_for_time(value: Any) -> Any:
    if isinstance(value, int | float):
        raise PydanticKnownError("datetime_type")
    return value


def _no_number_for_date(value: Any) -> Any:
    if isinstance(value, int | float):
        raise PydanticKnownError("date_type")
    return value


def text_of_decimal(value: Any) -> Any:
    """Return the value unless it is a number: decimals are text, so that no digit is lost."""
    if isinstance(value, int | float):
        raise PydanticKnownError("decimal_type")
    return value
