"""The faults of data name fields in one form, and contain no values."""

import pytest
from pydantic import ValidationError

from shared.contracts import samples
from shared.contracts.faults import faults, fill_empty_objects
from shared.contracts.orders import PlaceOrder
from tests.words import Path, replaced

PLACE = samples.PLACE_ORDER


def error_of(data: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        PlaceOrder.model_validate(data)
    return caught.value


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("order_id",), "4111 1111", "order_id"),
        (("lines", 0, "quantity"), "4111", "lines[0].quantity"),
        (("lines", 0, "surprise"), "4111", "lines[0].surprise"),
        (("customer", "email"), "4111", "customer.email"),
        (("customer",), "4111", "customer"),
        (("odd name",), "4111", "['odd name']"),
    ],
)
def test_a_fault_names_its_field_and_not_the_value(path: Path, value: str, field: str) -> None:
    data = replaced(PLACE, path, value)
    (fault,) = faults(error_of(data), data, PlaceOrder)
    assert fault.field == field
    assert "4111" not in fault.sentence


def test_a_misspelt_field_is_answered_with_the_right_name() -> None:
    data = replaced(PLACE, ("lines", 0, "quantiti"), 1)
    (fault,) = faults(error_of(data), data, PlaceOrder)
    assert fault.sentence == "There is no such field. Did you mean 'quantity'?"


def test_a_missing_field_is_named() -> None:
    data = replaced(PLACE, ("lines", 0, "sku"))
    assert [fault.field for fault in faults(error_of(data), data, PlaceOrder)] == ["lines[0].sku"]


def test_an_empty_list_becomes_an_object_only_where_one_belongs() -> None:
    data = PLACE | {"customer": [], "lines": []}
    assert fill_empty_objects(data, error_of(data))
    assert data == PLACE | {"customer": {}, "lines": []}
    assert not fill_empty_objects(data, error_of(PLACE | {"lines": []}))
