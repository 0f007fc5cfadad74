"""Nothing is ever deleted, and fixed data never changes: tried on the database itself, without our
code.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.orders.store.tables import metadata
from tests.orders.conftest import open_shop
from tests.orders.words import everything
from tests.words import ServiceHarness

KEPT = (
    "orders",
    "order_lines",
    "order_history",
    "payments",
    "documents",
    "stock_movements",
    "stock",
    "counters",
)
WHOLE = ("order_history", "payments", "documents", "stock_movements")
FIXED = {
    "orders": [
        "order_id",
        "shop",
        "reference",
        "placed_at",
        "currency",
        "prices",
        "rounding_mode",
        "rounding_per",
        "coin",
    ],
    "order_lines": ["order_id", "position", "sku"],
    "stock": ["shop", "sku"],
    "counters": ["shop", "kind", "series", "year"],
} | {table: [column.name for column in metadata.tables[table].columns] for table in WHOLE}
EARLIER = "'2020-01-01 00:00:00+00:00'"
OTHER = {
    "placed_at": EARLIER,
    "at": EARLIER,
    "issued_at": EARLIER,
    "year": "1999",
    "position": "position + 1000",
    "number": "number",
    "amount": "amount + 1",
    "change": "change + 1",
    "currency": "'XXX'",
    "coin": "5",
    "forced": "NOT forced",
    "order_id": f"'{uuid4().hex}'",
    "payment_id": f"'{uuid4().hex}'",
    "reverses": f"'{uuid4().hex}'",
    "replaces": "'[\"IN000000\"]'",
    "document_id": f"'{uuid4().hex}'",
}


@pytest.fixture(scope="module", autouse=True)
def an_invoiced_order(shared_desk: ServiceHarness) -> Iterator[None]:
    """Rows in every table; after all tests they are as they were."""
    shop = open_shop(shared_desk)
    shop.move(shop.place(), "processing")
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    before = everything(shop.desk.engine)
    assert all(before[table] for table in KEPT)
    yield
    assert everything(shop.desk.engine) == before


def refused(orders: ServiceHarness, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match="cannot be deleted, nor their fixed columns changed"),
        orders.engine.begin() as connection,
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("table", KEPT)
def test_no_row_is_deleted(table: str, orders: ServiceHarness) -> None:
    refused(orders, f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in FIXED for column in FIXED[table]]
)
def test_what_is_fixed_is_not_changed(table: str, column: str, orders: ServiceHarness) -> None:
    value = OTHER.get(column, "'other'")
    if table == "documents" and column == "number":
        value = "'IN000099'"
    refused(orders, f"UPDATE {table} SET {column} = {value}")


@pytest.mark.parametrize("table", KEPT)
def test_no_table_is_emptied_and_no_row_replaced(table: str, orders: ServiceHarness) -> None:
    sqlite = [
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        f"REPLACE INTO {table} SELECT * FROM {table}",
    ]
    postgresql = [f"TRUNCATE {table} CASCADE", "TRUNCATE orders CASCADE"]
    for statement in sqlite if orders.engine.dialect.name == "sqlite" else postgresql:
        refused(orders, statement)


@pytest.mark.parametrize("table", KEPT)
def test_not_even_by_its_hidden_number(table: str, orders: ServiceHarness) -> None:
    if orders.engine.dialect.name == "sqlite":
        columns = ", ".join(
            column.name for column in metadata.tables[table].columns if column.name != "number"
        )
        values = columns.replace("order_id", "randomblob(16)").replace(
            "document_id", "randomblob(16)"
        )
        refused(
            orders,
            f"INSERT OR REPLACE INTO {table} (rowid, {columns}) SELECT rowid, {values} FROM"
            f" {table}",
        )
        refused(orders, f"UPDATE OR REPLACE {table} SET rowid = rowid + 1")
    else:
        key = ", ".join(column.name for column in metadata.tables[table].primary_key)
        first = key.partition(",")[0]
        upsert = (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} ON CONFLICT"
            f" ({key}) "
        )
        other = OTHER.get(first, "'other'").replace("number", f"{table}.number")
        refused(orders, f"{upsert} DO UPDATE SET {first} = {other}")


def test_a_counter_never_counts_back(orders: ServiceHarness) -> None:
    refused(orders, "UPDATE counters SET last = last - 1")


def test_what_may_change_does(orders: ServiceHarness) -> None:
    changes: dict[str, Any] = {
        "orders": "state = state",
        "stock": "available = available",
        "counters": "last = last",
    }
    with orders.engine.begin() as connection:
        for table, change in changes.items():
            connection.execute(text(f"UPDATE {table} SET {change}"))
