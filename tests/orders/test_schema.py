"""The database holds what the code believes, and refuses what must never be."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Uuid, bindparam, insert, text, update
from sqlalchemy.exc import IntegrityError

from services.orders.store.tables import metadata
from services.orders.worker import service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.orders.words import NewDatabase, Storefront, everything, rows
from tests.words import Desk


def test_the_migrations_make_the_tables_that_the_code_uses(orders: Desk) -> None:
    with orders.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(shop: Storefront, orders: Desk) -> None:
    shop.place()
    before = everything(orders.engine)
    revision = migrations.upgrade(service, orders.engine)
    assert migrations.require(service, orders.engine) == revision
    assert everything(orders.engine) == before


def write(orders: Desk, statement: Any, row: Mapping[str, Any]) -> None:
    with orders.engine.begin() as connection:
        connection.execute(statement, row)


def test_stock_below_zero_is_refused_by_the_database_itself(shop: Storefront, orders: Desk) -> None:
    stock = metadata.tables["stock"]
    with pytest.raises(IntegrityError):
        write(orders, update(stock).where(stock.c.shop == shop.shop), {"available": -1})


def test_a_number_that_was_given_is_refused_by_the_database_itself(
    shop: Storefront, orders: Desk
) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    (invoice,) = rows(orders.engine, "documents", shop=shop.shop)
    again = {**invoice._mapping, "document_id": uuid4(), "position": 7}
    with pytest.raises(IntegrityError):
        write(orders, insert(metadata.tables["documents"]), again)


def test_a_reference_that_is_taken_is_refused_by_the_database_itself(
    shop: Storefront, orders: Desk
) -> None:
    shop.place()
    (order,) = rows(orders.engine, "orders", shop=shop.shop)
    with pytest.raises(IntegrityError):
        write(orders, insert(metadata.tables["orders"]), {**order._mapping, "order_id": uuid4()})


@pytest.mark.parametrize("table", ["order_lines", "order_history", "payments", "documents"])
def test_what_belongs_to_no_order_is_refused_by_the_database_itself(
    table: str, shop: Storefront, orders: Desk
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
        carrier={"name": "باربری", "price": 0},
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


def test_an_order_of_before_is_given_what_it_reached(new_database: NewDatabase) -> None:
    engine, order_id = engine_for(new_database()), uuid4()
    with engine.begin() as connection:
        config = migrations._config(service)
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(OLD_ORDER).bindparams(bindparam("id", order_id, Uuid)))
        entry = text(OLD_ENTRY).bindparams(bindparam("id", order_id, Uuid))
        for position, state in enumerate(("awaiting_bank_wire", "payment_accepted", "shipped")):
            connection.execute(entry, {"position": position, "state": state})
        command.upgrade(config, "0003_states")
        reached = connection.execute(text("SELECT reached FROM orders")).scalar_one()
    engine.dispose()
    assert reached == "attach_invoice delivery_slip invoice paid shipped valid"


OLD_ORDER = """INSERT INTO orders VALUES (:id, 'old', 'REF', '2026-11-21 12:00:00', 'shipped',
'{}', 'en', 'EUR', 'tax_included', 1, 0, 1, 'Wire', 'Post', '', 0, '0', 0, 0, '{}', '{}', true)"""
OLD_ENTRY = (
    "INSERT INTO order_history VALUES (:id, :position, :state, '2026-11-21 12:00:00', 'anna',"
    " false, '')"
)
