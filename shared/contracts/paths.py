"""Paths to fields of messages: `lines[0].quantity`, the one form in which refusals name a field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

STEP = re.compile(r"(?:^|\.)(?P<name>[A-Za-z0-9_-]+)|\[(?P<place>\d+)\]")
ABOUT_LISTS = frozenset(
    {
        "attachment_too_large",
        "flags_contradict",
        "gifts_differ",
        "no_attachments",
        "nothing_changes",
        "one_source",
        "order_cancelled",
        "tax_rate_needed",
        "total_too_large",
        "too_many_attachments",
        "unreachable",
    }
)
"""Codes that can be about a list as a whole; all others are about one of its elements."""


class MisplacedField(UserWarning):
    """A refusal names a field that its message does not have, or a list instead of its element. The
    refusal is published anyway; tests turn this warning into an error.
    """


def path_to(field: str, values: Sequence[object], value: object) -> str:
    """Return the path to a value in a list, such as `voucher_codes[1]`; that of the list if the
    value is not in it.
    """
    for place, each in enumerate(values):
        if each == value:
            return f"{field}[{place}]"
    return field


def repeated(values: Sequence[object]) -> int | None:
    """Return the place of the first value that stands in the list before, or None."""
    for place, value in enumerate(values):
        if value in values[:place]:
            return place
    return None


def objection_to_path(message: BaseModel, path: str, code: str) -> str | None:
    """Return why a path does not lead to the value of a message that is wrong, or None."""
    end = 0
    value: Any = message
    while end < len(path):
        step = STEP.match(path, end)
        if step is None:
            return f"'{path}' is no path such as 'lines[0].quantity'."
        end = step.end()
        wrong = _wrong_step(value, step["name"], step["place"])
        if wrong:
            return f"'{path}' of '{type(message).__name__}': {wrong}"
        value = _inner(value, step["name"], step["place"])
    if value and isinstance(value, list | tuple) and code not in ABOUT_LISTS:
        return f"'{path}' is a list: name the element that '{code}' is about."
    return None


def _wrong_step(value: Any, name: str | None, place: str | None) -> str | None:
    if value is None or isinstance(value, Mapping):
        return None  # left out, or with keys of its own
    if name is not None:
        known = isinstance(value, BaseModel) and name in type(value).model_fields
        return None if known else f"there is no field '{name}'."
    there = isinstance(value, Sequence) and int(place or 0) < len(value)
    return None if there else f"there is no element {place}."


def _inner(value: Any, name: str | None, place: str | None) -> Any:
    if value is None:
        return None
    if name is None:
        return value[int(place or 0)]
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name)
