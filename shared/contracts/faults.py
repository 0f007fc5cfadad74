"""Say what is wrong with the data of a message, field by field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.contracts.problems import Problem, problem_of, sentence_of
from shared.contracts.reason import Reason
from shared.contracts.suggestions import close_to

M = TypeVar("M", bound=BaseModel)
Steps = Sequence[int | str]
NAME = re.compile(r"[A-Za-z0-9_-]+")
OBJECTS = ("model_type", "model_attributes_type", "dict_type")
"""The faults of a value that is no object."""


@dataclass(frozen=True)
class Fault:
    """A field of data, and what is wrong with it: the key of a problem, and its values."""

    field: str
    problem: Problem

    @property
    def sentence(self) -> str:
        """The problem in English."""
        return sentence_of(self.problem)


def faults(error: ValidationError, data: Any, model: type[BaseModel]) -> list[Fault]:
    """Return all faults of data, without the values, which may be personal data."""
    found = []
    for fault in error.errors(include_url=False, include_input=False):
        found.append(Fault(field_at(fault["loc"], data), _problem(fault, model)))
    return found


def invalid(error: ValidationError, data: Any, model: type[BaseModel], inside: str = "") -> Reason:
    """Return the refusal of data: its first fault, and all in the details. `inside` is the field
    that holds the data, if it is part of a message.
    """
    found = []
    for fault in faults(error, data, model):
        field = f"{inside}.{fault.field}" if inside else fault.field
        found.append({"field": field, "problem": fault.sentence})
    first = found[0]
    sentence = f"{first['field'] or 'data'}: {first['problem']}"
    return Reason("invalid", sentence, first["field"] or None, {"faults": found})


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


def _problem(fault: ErrorDetails, model: type[BaseModel]) -> Problem:
    key, values = problem_of(fault["type"], fault.get("ctx") or {})
    if key == "unknown":
        close = close_to(str(fault["loc"][-1]), field_names(model))
        if close:
            return "unknown_near", {"meant": close[0]}
    return key, values


@cache
def field_names(model: type[BaseModel]) -> list[str]:
    """Return the names of all fields of a message, those of its parts too."""
    schema = model.model_json_schema()
    names = set(schema.get("properties", ()))
    for part in schema.get("$defs", {}).values():
        names.update(part.get("properties", ()))
    return sorted(names)
