"""Say what is wrong with the data of a message, field by field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
Steps = Sequence[int | str]
NAME = re.compile(r"[A-Za-z0-9_-]+")
OBJECTS = ("model_type", "model_attributes_type", "dict_type")
"""The faults of a value that is no object."""


def first_fault(error: ValidationError, data: Any) -> str:
    """Return the first fault of a validation as `field.path: problem`."""
    first = faults(error, data)[0]
    return f"{first['field'] or 'data'}: {first['problem']}"


def faults(error: ValidationError, data: Any) -> list[dict[str, str]]:
    """Return all faults as `{"field", "problem"}`, without the values, which may be
    personal data.
    """
    found = []
    for fault in error.errors(include_url=False, include_input=False):
        found.append({"field": field_at(fault["loc"], data), "problem": _problem(fault)})
    return found


def field_at(location: Steps, data: Any) -> str:
    """Return the path of a field in data, such as `lines[0].quantity`.

    pydantic's location also names the alternatives that it tried for a value; they are left out.
    """
    return path_text(path_in(location, data))


def path_text(steps: Steps) -> str:
    """Return keys and indexes as one text: `lines[0].quantity`."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not NAME.fullmatch(step):
            path += f"[{step!r}]"
        else:
            path += f".{step}" if path else step
    return path


def path_in(location: Steps, data: Any) -> list[int | str]:
    """Return the keys and indexes that lead to a place in data."""
    path: list[int | str] = []
    place = data
    for step in location:
        if _has(place, step):
            place = place[step]
        elif isinstance(place, Mapping) and step == location[-1]:
            place = None  # the field is missing
        else:
            continue
        path.append(step)
    return path


def _has(place: Any, step: int | str) -> bool:
    if isinstance(place, list):
        return isinstance(step, int) and step < len(place)
    return isinstance(place, Mapping) and step in place


def validated(
    kind: type[M], data: dict[str, Any], extra: Literal["ignore", "forbid"] = "forbid"
) -> M:
    """Return the message of data; an empty list where an object belongs counts as an empty one, and
    becomes one in `data`.

    Raises ValidationError.
    """
    try:
        return kind.model_validate(data, extra=extra)
    except ValidationError as error:
        if not fill_empty_objects(data, error):
            raise
    return kind.model_validate(data, extra=extra)


def fill_empty_objects(data: dict[str, Any], error: ValidationError) -> bool:
    """Replace each `[]` in the place of an object by `{}`, and return whether there was one. PHP
    writes an empty array as `[]`.
    """
    found = False
    for fault in error.errors(include_url=False):
        if fault["type"] in OBJECTS and fault["input"] == []:
            *parents, last = path_in(fault["loc"], data)
            place: Any = data
            for step in parents:
                place = place[step]
            place[last] = {}
            found = True
    return found


def _problem(fault: ErrorDetails) -> str:
    """Return the problem in plain English, without the regular expression or a Python class."""
    if fault["type"] != "string_pattern_mismatch":
        return fault["msg"].removeprefix("Value error, ")
    if "@" in fault["ctx"]["pattern"]:
        return "This is not an e-mail address."
    return "The value does not have the format in the contract."
