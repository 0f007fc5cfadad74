"""Find the fields by which a sender claims to be somebody, or a privilege of employees.

A field is marked where its type is declared, so that each new message is covered.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from shared.contracts.faults import Steps, path_text
from shared.contracts.message import Message, catalogue, wire_type


class Claim(Enum):
    """What a field claims. Use a member in `Annotated`."""

    EMPLOYEE = "names who acts: `customer`, `system`, or an employee"
    CONSENT = "says that an employee agreed or checked"
    FORCE = "overrides a rule"


NOT_EMPLOYEES = ("customer", "system")
"""Authors that are no employees."""
EVERY = "*"  # stands for the index of each item of a list
Path = tuple[str, ...]


def claims(kind: type[Message], data: Mapping[str, Any]) -> Iterator[tuple[str, Claim, Any]]:
    """Yield each claim that the data of a message makes: the field, such as `lines.0.unit_price`,
    the kind of claim, and the value. A preview makes the claims of the command that it previews.
    """
    for path, claim in claim_fields(kind):
        for field, value in _values(data, path):
            if _claims_something(claim, value):
                yield field, claim, value
    previewed = _previewed(kind, data)
    if previewed:
        for field, claim, value in claims(previewed, data["data"]):
            yield f"data.{field}", claim, value


@cache
def claim_fields(kind: type[BaseModel]) -> tuple[tuple[Path, Claim], ...]:
    """Return the fields of a model that make a claim, those of its parts too, with their paths."""
    return tuple(_walk(kind, (), ()))


def _walk(
    kind: type[BaseModel], at: Path, parents: tuple[type[BaseModel], ...]
) -> Iterator[tuple[Path, Claim]]:
    if kind in parents:
        return
    for name, field in kind.model_fields.items():
        for path, part in _parts([*field.metadata, field.annotation], (*at, name)):
            if isinstance(part, Claim):
                yield path, part
            else:
                yield from _walk(part, path, (*parents, kind))


def _parts(found: list[Any], at: Path) -> Iterator[tuple[Path, Any]]:
    """Yield the claims and the models in an annotation, at any depth."""
    for part in found:
        if isinstance(part, Claim) or (isinstance(part, type) and issubclass(part, BaseModel)):
            yield at, part
            continue
        yield from _parts([*get_args(part)], (*at, EVERY) if get_origin(part) is list else at)


def _values(data: Any, path: Path, at: Steps = ()) -> Iterator[tuple[str, Any]]:
    """Yield the values at a path, each with its field."""
    if not path:
        yield path_text(at), data
    elif path[0] == EVERY and isinstance(data, list):
        for index, item in enumerate(data):
            yield from _values(item, path[1:], (*at, index))
    elif isinstance(data, Mapping) and path[0] in data:
        yield from _values(data[path[0]], path[1:], (*at, path[0]))


def _claims_something(claim: Claim, value: Any) -> bool:
    if value is None or value is False:
        return False
    return claim is not Claim.EMPLOYEE or value not in NOT_EMPLOYEES


def _previewed(kind: type[Message], data: Mapping[str, Any]) -> type[Message] | None:
    """Return the command that a preview is about, if its data is here."""
    if not kind.name.endswith(".preview") or not isinstance(data.get("data"), Mapping):
        return None
    return catalogue.get(wire_type(str(data.get("command"))))
