"""Every field by which a sender claims to be somebody, or a privilege, is marked as a claim."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from shared.contracts.asyncapi.document import published
from shared.contracts.claims import Claim, claim_fields, claims
from shared.contracts.message import CommandOrQuery
from shared.contracts.orders import PlaceOrder, PreviewOrder, TransitionOrder
from shared.contracts.samples import ORDER_ID, PLACE_ORDER, euro

# Words that access control uses for a person who acts, a right, or an approval.
SUSPICIOUS = {
    *("by", "as", "behalf", "actor", "agent", "author", "employee", "employees", "operator"),
    *("owner", "user", "username", "login", "admin", "administrator", "staff", "role", "roles"),
    *("force", "forced", "override", "bypass", "privileged", "sudo", "trusted", "internal"),
    *("approved", "authorized", "checked", "confirmed", "verified", "agreed", "permission"),
}
DESCRIBED = re.compile(r"\b(employees?|privilege[sd]?|author|override[sn]?)\b", re.IGNORECASE)
HARMLESS = {
    "owner": "names the employee that a thread is assigned to, not its author",
    "names": "are texts that employees see",
    "advice": "says what happens with a reply; `employee` beside it is a claim",
    "private": "hides a message from the customer",
    "refund_on_cancel": "is a setting of the shop",
    "seen": "protects from acting on an outdated thread",
    "text": "is a text",
    "texts": "are texts",
    "unread": "is a filter",
}
"""Fields that speak of employees and claim nothing."""
Path = tuple[str, ...]


def fields(kind: type[BaseModel], at: Path = (), seen: Any = ()) -> Iterator[tuple[Path, Any]]:
    for name, field in kind.model_fields.items():
        yield (*at, name), field
        for model in models(field.annotation):
            if model not in seen:
                yield from fields(model, (*at, name), (*seen, model))


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def inbound() -> list[type[CommandOrQuery]]:
    return [kind for kind in published() if issubclass(kind, CommandOrQuery)]


def suspicious(kind: type[BaseModel]) -> set[Path]:
    found: set[Path] = set()
    for path, field in fields(kind):
        described = DESCRIBED.search(field.description or "")
        if described or SUSPICIOUS & {*path[-1].split("_")}:
            found.add(path)
    return found


def marked(kind: type[BaseModel]) -> set[Path]:
    return {tuple(part for part in path if part != "*") for path, _ in claim_fields(kind)}


@pytest.mark.parametrize("kind", inbound(), ids=lambda kind: kind.name)
def test_every_field_that_speaks_of_employees_or_rights_is_a_claim_or_harmless(
    kind: type[CommandOrQuery],
) -> None:
    unknown = {path for path in suspicious(kind) - marked(kind) if path[-1] not in HARMLESS}
    assert unknown == set(), "mark it with a Claim, or say in HARMLESS why it claims nothing"


def test_each_harmless_field_exists_and_is_suspicious() -> None:
    found = {path[-1] for kind in inbound() for path in suspicious(kind) - marked(kind)}
    assert found == set(HARMLESS)


def test_claims_are_found_in_lists_and_the_usual_authors_claim_nothing() -> None:
    lines = [{"sku": "a", "quantity": 1}, {"sku": "b", "quantity": 1, "unit_price": euro(5)}]
    sample = PLACE_ORDER | {"lines": lines, "placed_by": "anna@shop.test"}
    data = PlaceOrder.model_validate(sample).model_dump()
    assert list(claims(PlaceOrder, data)) == [
        ("lines[1].unit_price", Claim.CONSENT, euro(5)),
        ("placed_by", Claim.EMPLOYEE, "anna@shop.test"),
    ]
    for author in ("customer", "system"):
        usual = PlaceOrder.model_validate(PLACE_ORDER | {"placed_by": author})
        assert list(claims(PlaceOrder, usual.model_dump())) == []


@pytest.mark.parametrize(("force", "found"), [(True, ["force"]), (False, [])])
def test_force_is_a_claim(force: Any, found: Any) -> None:
    data = {"order_id": ORDER_ID, "to": "shipped", "force": force}
    message = TransitionOrder.model_validate(data)
    assert [field for field, *_ in claims(TransitionOrder, message.model_dump())] == found


def test_a_preview_makes_the_claims_of_its_command() -> None:
    data = {"to": "shipped", "force": True, "by": "anna@shop.test"}
    preview = PreviewOrder.model_validate(
        {"order_id": ORDER_ID, "command": "order.transition", "data": data}
    )
    found = [field for field, *_ in claims(PreviewOrder, preview.model_dump())]
    assert sorted(found) == ["data.by", "data.force"]
