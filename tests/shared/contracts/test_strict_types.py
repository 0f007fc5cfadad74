"""No value of another JSON type than the contract states is read: neither `"true"` nor 1 for a
boolean, no number for a time or a decimal.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.asyncapi.document import published
from shared.contracts.asyncapi.messages import key
from shared.contracts.message import CommandOrQuery, Value
from shared.contracts.orders import PutCustomer, PutProduct
from tests.loops import for_each
from tests.shared.contracts.conftest import core_schema, parts

INBOUND = [message for message in published() if issubclass(message, CommandOrQuery)]


@for_each(INBOUND, key)
def test_every_boolean_and_time_is_strict(message: type[CommandOrQuery]) -> None:
    schema = core_schema(message)
    assert schema["type"] in ("model", "definitions")
    booleans = [part for part in parts(schema) if part.get("type") == "bool"]
    assert all(part.get("strict") for part in booleans)
    checked = [part["schema"] for part in parts(schema) if part.get("type") == "function-before"]
    times = [part for part in parts(schema) if part.get("type") in ("datetime", "date")]
    assert all(any(part is each for each in checked) for part in times)


@pytest.mark.parametrize("rate", [19, 19.0, True])
def test_a_decimal_is_text(rate: Any) -> None:
    with pytest.raises(ValidationError, match="decimal_type"):
        PutProduct.model_validate(PutProduct.example | {"tax_rate": rate})


@pytest.mark.parametrize("time", [5, 5.5, True])
def test_a_time_is_text(time: Any) -> None:
    with pytest.raises(ValidationError, match="datetime_type"):
        PutCustomer.model_validate(PutCustomer.example | {"registered_at": time})


@pytest.mark.parametrize("flag", ["true", "yes", 1, 0, 1.0])
def test_a_boolean_is_true_or_false(flag: Any) -> None:
    class Flagged(Value):
        flag: bool | None

    with pytest.raises(ValidationError):
        Flagged.model_validate({"flag": flag})
    assert Flagged(flag=True).flag


def test_programs_pass_times() -> None:
    class Timed(Value):
        at: datetime

    assert Timed(at=datetime.now(UTC)).at
