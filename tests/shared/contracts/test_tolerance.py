"""Readers ignore unknown fields of events at any depth; commands and queries with unknown fields
are refused.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from shared.cli.services import Installation
from shared.contracts.asyncapi.messages import key
from shared.contracts.message import CommandOrQuery, Event, Message, catalogue
from tests.loops import for_each

Installation().services()  # declares every message that travels
PUBLISHED = [
    kind for kind in catalogue.values() if not kind.__module__.startswith("tests.") and kind.example
]


def steps(value: Any) -> list[tuple[Any, Any]]:
    """Return the keys or positions in a JSON value, each with the value there."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def grown(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield copies with one additional field, once at each depth."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            yield path
        for step, part in steps(value):
            yield from places(part, (*path, step))

    for path in places(data, ()):
        copy = deepcopy(data)
        place: Any = copy
        for step in path:
            place = place[step]
        place["surprise"] = {"anything": [1]}
        yield ".".join(map(str, path)), copy


def refused(kind: type[Message], data: dict[str, Any]) -> set[str]:
    """Return the kinds of faults when read strictly."""
    try:
        found = kind.model_validate(data, extra="forbid")
    except ValidationError as caught:
        return {fault["type"] for fault in caught.errors()}
    # a mapping takes any key, as data
    return set() if "surprise" in found.model_dump_json() else {"swallowed"}


@for_each([kind for kind in PUBLISHED if issubclass(kind, Event)], key)
def test_events_accept_unknown_fields_at_any_depth(kind: type[Message]) -> None:
    plain = kind.model_validate(kind.example, extra="ignore")
    objects = [data for _, data in grown(kind.example) if "extra_forbidden" in refused(kind, data)]
    assert objects
    assert all(kind.model_validate(data, extra="ignore") == plain for data in objects)


@for_each([kind for kind in PUBLISHED if issubclass(kind, CommandOrQuery)], key)
def test_commands_and_queries_refuse_unknown_fields(kind: type[Message]) -> None:
    assert refused(kind, kind.example | {"surprise": 1}) == {"extra_forbidden"}
    assert [path for path, data in grown(kind.example) if "swallowed" in refused(kind, data)] == []
