"""What was kept before an upgrade is found after it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Engine, MetaData, String, Table, select

from services.orders.store.tables import metadata
from services.orders.worker import service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading
from tests.orders.words import JOURNAL, NewDatabase, Storefront, everything, rows
from tests.words import a_shop_with_mugs, desk

BEFORE_QUESTIONS = "0003_states"
FILLED = (
    "orders",
    "order_lines",
    "first_orders",
    "order_words",
    "customer_words",
    "product_words",
    "products",
)


def keep_as_then(source: Engine, there: Engine) -> None:
    """Copies all rows into an older database, without the tables and columns that it does not
    have.
    """
    older = MetaData()
    older.reflect(there)
    with reading(source) as given, there.begin() as taken:
        for table in metadata.sorted_tables:
            if table.name in JOURNAL or table.name not in older.tables:
                continue
            known = older.tables[table.name].columns.keys()
            columns = [column for column in table.columns if column.name in known]
            found = [dict(row._mapping) for row in given.execute(select(*columns))]
            if found:
                then = _with_zones(table, found) if table.name == "shops" else table
                taken.execute(then.insert(), found)


def _with_zones(shops: Table, rows: list[dict[str, Any]]) -> Table:
    """Until revision 15 the time zone stood beside the profile."""
    for row in rows:
        row["timezone"] = row["profile"].pop("timezone")
    older = shops.to_metadata(MetaData())
    older.append_column(Column("timezone", String))
    return older


def test_orders_customers_and_products_that_were_kept_before_are_found(
    new_database: NewDatabase,
) -> None:
    orders = desk(service, new_database())
    shop = Storefront(orders, "old")
    a_shop_with_mugs(shop)  # type: ignore[arg-type]
    invoiced, *_ = shop.place_all(3)
    shop.move(invoiced, "payment_accepted")
    old = engine_for(new_database())
    migrations.upgrade(service, old, BEFORE_QUESTIONS)
    keep_as_then(orders.engine, old)
    migrations.upgrade(service, old)
    then, now = everything(old), everything(orders.engine)
    assert {table: then[table] for table in FILLED} == {table: now[table] for table in FILLED}
    assert all(now[table] for table in FILLED)
    (known,), (customer,) = rows(old, "customers"), rows(orders.engine, "customers")
    (given,) = known.addresses
    assert UUID(given.pop("address_id")) != UUID(customer.addresses[0].pop("address_id"))
    assert known == customer
    assert [row.profile["timezone"] for row in rows(old, "shops")] == ["Europe/Berlin"]
    assert len([row for row in rows(old, "order_lines") if row.invoice]) == 1
    orders.engine.dispose()
    old.dispose()
