"""The database agrees with the code, and refuses impossible values."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from services.orders.store.tables import metadata
from services.orders.worker import service
from shared.runtime.storage import migrations
from tests.orders.words import Storefront, everything, rows
from tests.words import ServiceHarness


def test_migrating_again_changes_nothing(shop: Storefront, orders: ServiceHarness) -> None:
    shop.place()
    before = everything(orders.engine)
    revision = migrations.upgrade(service, orders.engine)
    assert migrations.require(service, orders.engine) == revision
    assert everything(orders.engine) == before


def write(orders: ServiceHarness, statement: Any, row: Mapping[str, Any]) -> None:
    with orders.engine.begin() as connection:
        connection.execute(statement, row)


def test_stock_below_zero_is_refused_by_the_database_itself(
    shop: Storefront, orders: ServiceHarness
) -> None:
    stock = metadata.tables["stock"]
    with pytest.raises(IntegrityError):
        write(orders, update(stock).where(stock.c.shop == shop.shop), {"available": -1})


def test_a_number_that_was_given_is_refused_by_the_database_itself(
    shop: Storefront, orders: ServiceHarness
) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    (invoice,) = rows(orders.engine, "documents", shop=shop.shop)
    again = {**invoice._mapping, "document_id": uuid4(), "position": 7}
    with pytest.raises(IntegrityError):
        write(orders, insert(metadata.tables["documents"]), again)


def test_a_reference_that_is_taken_is_refused_by_the_database_itself(
    shop: Storefront, orders: ServiceHarness
) -> None:
    shop.place()
    (order,) = rows(orders.engine, "orders", shop=shop.shop)
    with pytest.raises(IntegrityError):
        write(orders, insert(metadata.tables["orders"]), {**order._mapping, "order_id": uuid4()})


@pytest.mark.parametrize("table", ["order_lines", "order_history", "payments", "documents"])
def test_what_belongs_to_no_order_is_refused_by_the_database_itself(
    table: str, shop: Storefront, orders: ServiceHarness
) -> None:
    shop.move(shop.place(), "payment_accepted")
    row = rows(orders.engine, table)[0]
    stray = {**row._mapping, "order_id": uuid4()}
    if table == "documents":
        stray |= {"document_id": uuid4(), "number": "X"}
    with pytest.raises(IntegrityError):
        write(orders, insert(metadata.tables[table]), stray)


def test_large_amounts_come_back_as_they_were_kept(shop: Storefront) -> None:
    rial = {
        "sku": "CARPET",
        "names": {"fa": "فرش"},
        "tax_rate": "10",
        "price": {"amount": 10**15, "currency": "IRR"},
    }
    shop.tell("product.put", rial)
    shop.tell("stock.set", {"sku": "CARPET", "quantity": 3})
    order_id = shop.place(
        lines=[{"sku": "CARPET", "quantity": 3}],
        currency="IRR",
        carrier="باربری",
        shipping_price={"amount": 0, "currency": "IRR"},
        shipping_tax_rate=None,
        language="fa",
        total={"amount": 3 * 10**15, "currency": "IRR"},
    )
    shop.move(order_id, "payment_accepted")
    order = shop.order(order_id)
    assert (
        order["net"]["amount"] + order["tax"]["amount"]
        == order["order"]["paid"]["amount"]
        == 3 * 10**15
    )
    assert order["lines"][0]["name"] == "فرش"
