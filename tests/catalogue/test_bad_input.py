"""Clients send anything: wrong data is refused with a code, a sentence and the field, and changes
nothing. Tried with every command and query of the catalogue, on every field that it can have.
"""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.asyncapi.messages import key
from shared.contracts.faults import Fault, faults, path_text, validated
from shared.contracts.message import CommandOrQuery
from shared.runtime.service import Service
from tests.catalogue.harness import REPLYTO, Harness
from tests.catalogue.messages import SERVICES, asked, complete, example_for, schema_of
from tests.catalogue.schema import fields, objects
from tests.catalogue.wrong_values import SECRET, wrong_values
from tests.loops import for_each
from tests.words import Path, delivery, replaced

Broken = list[tuple[Path, dict[str, Any]]]
EVERY = [(service, message) for service in SERVICES for message in asked(service)]
each_message = for_each(EVERY, lambda case: f"{case[0].name} {key(case[1])}")


def broken(message: type[CommandOrQuery], service: Service) -> Broken:
    """Return all wrong data of a message that we can think of, and where each is wrong."""
    schema, example = schema_of(message), example_for(message, service)
    whole = complete(schema, example)
    found: Broken = []
    for path in objects(schema, whole):
        found.append(((*path, "surprise"), replaced(whole, (*path, "surprise"), 1)))
    for field in fields(schema, whole):
        if field.required:
            found.append((field.path, replaced(whole, field.path)))
        for value in wrong_values(field):
            found.append((field.path, replaced(whole, field.path, value)))
    return [each for each in found if message.is_for(service.name, each[1])]


@pytest.fixture(scope="module")
def harnesses() -> dict[str, Harness]:
    """Return an empty database for each service."""
    return {service.name: Harness(service) for service in SERVICES}


@each_message
def test_wrong_data_is_refused_at_its_field_and_changes_nothing(
    case: tuple[Service, type[CommandOrQuery]], harnesses: dict[str, Harness]
) -> None:
    service, message = case
    harness, cases = harnesses[service.name], broken(message, service)
    before = harness.rows()
    sent = [delivery(message.name, data, replyto=REPLYTO) for _, data in cases]
    for (path, data), caused in zip(cases, harness.send_all(sent), strict=True):
        _check_refusal(path, _value_at(data, path), [each.data for each in caused])
    assert harness.rows() == before


@each_message
def test_the_data_that_is_made_wrong_is_right_before(
    case: tuple[Service, type[CommandOrQuery]],
) -> None:
    service, message = case
    message.model_validate(complete(schema_of(message), example_for(message, service)))


@each_message
def test_an_empty_list_in_the_place_of_an_object_counts_as_an_empty_object(
    case: tuple[Service, type[CommandOrQuery]],
) -> None:
    """PHP writes an empty array as a list."""
    service, message = case
    whole = complete(schema_of(message), example_for(message, service))
    for path in objects(schema_of(message), whole):
        if path:
            assert _faulty(message, replaced(whole, path, [])) == _faulty(
                message, replaced(whole, path, {})
            )


def _faulty(message: type[CommandOrQuery], data: dict[str, Any]) -> list[Fault]:
    try:
        validated(message, data)
    except ValidationError as error:
        return faults(error, data, message)
    return []


def _check_refusal(path: Path, value: Any, caused: list[dict[str, Any]]) -> None:
    place = path_text(path)
    said = f"{place} = {str(value)[:60]!r}: {caused}"
    assert caused, said
    for refusal in caused:
        assert refusal.get("code") == "invalid", said
        faulty = {fault["field"] for fault in refusal["details"]["faults"]}
        assert any(_covers(place, field) for field in faulty), said
        assert refusal["reason"].partition(": ")[0] in faulty, said
        assert "\n" not in refusal["reason"], said
        assert SECRET not in str(refusal), said


def _covers(place: str, field: str) -> bool:
    return field == place or field.startswith((f"{place}.", f"{place}["))


def _value_at(data: Any, path: Path) -> Any:
    try:
        for step in path:
            data = data[step]
    except KeyError:
        return "nothing"
    return data
