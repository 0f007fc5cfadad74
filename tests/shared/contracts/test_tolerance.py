"""Readers let events grow at any depth; what asks is read strictly, so that a stranger's typing
error is told.
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


def grown(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Copies with one field more, once at each depth."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            yield path
        inner = (
            value.items()
            if isinstance(value, dict)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        for step, part in inner:
            yield from places(part, (*path, step))

    for path in places(data, ()):
        copy = deepcopy(data)
        place: Any = copy
        for step in path:
            place = place[step]
        place["surprise"] = {"anything": [1]}
        yield ".".join(map(str, path)), copy


def refused(kind: type[Message], data: dict[str, Any]) -> set[str]:
    """The kinds of faults, read strictly."""
    try:
        found = kind.model_validate(data, extra="forbid")
    except ValidationError as told:
        return {fault["type"] for fault in told.errors()}
    return (
        set() if "surprise" in found.model_dump_json() else {"swallowed"}
    )  # kept: a mapping, whose keys are data


@for_each([kind for kind in PUBLISHED if issubclass(kind, Event)], key)
def test_an_event_may_grow_at_any_depth(kind: type[Message]) -> None:
    plain = kind.model_validate(kind.example, extra="ignore")
    objects = [data for _, data in grown(kind.example) if "extra_forbidden" in refused(kind, data)]
    assert objects
    assert all(kind.model_validate(data, extra="ignore") == plain for data in objects)


@for_each([kind for kind in PUBLISHED if issubclass(kind, CommandOrQuery)], key)
def test_what_asks_may_not(kind: type[Message]) -> None:
    assert refused(kind, kind.example | {"surprise": 1}) == {"extra_forbidden"}
    assert [path for path, data in grown(kind.example) if "swallowed" in refused(kind, data)] == []
