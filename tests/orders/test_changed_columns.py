"""Only the columns that a change concerns are written; no field is forgotten."""

from dataclasses import fields, replace
from typing import Any

from services.orders.domain.order import Order
from services.orders.store.order_parts import PARTS
from services.orders.store.order_rows import DERIVED, PLAIN, changed_columns, order_row
from services.orders.store.tables import orders
from tests.orders.words import a_placed_order, move

FIXED = {"order_id", "shop"}  # an order keeps them
AT_FIRST = {"new_customer"}  # a column that is written with a new order only


class Names:
    """An order whose fields are their own names."""

    def __getattr__(self, name: str) -> str:
        return name


def test_every_field_is_written_and_every_column_is_filled() -> None:
    written = {*PLAIN, *(part.values(Names()) for part in PARTS)}  # type: ignore[arg-type]
    for names, _ in DERIVED:
        written.update(names)
    assert {field.name for field in fields(Order)} == written | FIXED
    assert order_row(a_placed_order()).keys() | AT_FIRST == set(orders.c.keys())


def test_a_transition_writes_neither_addresses_nor_amounts() -> None:
    order = a_placed_order()
    moved = move(order, "payment_error").order
    changed = changed_columns(order, moved)
    assert changed["state"] == "payment_error"
    assert changed.keys() <= {"state", "reached"}


def test_the_row_after_a_change_is_that_of_the_whole_order() -> None:
    order = a_placed_order()
    for name in PLAIN:
        other: dict[str, Any] = {name: f"other {getattr(order, name)}"}
        changed = replace(order, **other)
        assert order_row(order) | changed_columns(order, changed) == order_row(changed)
    paid = move(order, "payment_accepted").order
    assert order_row(order) | changed_columns(order, paid) == order_row(paid)
