"""A database of the first revision comes along with its shops and its counters."""

from alembic import command
from sqlalchemy import Column, MetaData, String, Table, text

from services.orders.worker import service
from shared.contracts import samples
from shared.runtime.storage import migrations
from shared.runtime.storage.database import Json, engine_for
from tests.orders.words import NewDatabase, Storefront, rows
from tests.words import desk

SHOPS = Table(
    "shops",
    MetaData(),
    Column("shop", String),
    Column("profile", Json),
    Column("default_language", String),
    Column("prefixes", Json),
)
PREFIXES = {"invoice": "RE-", "delivery_slip": "LS"}


def a_database_of_the_first_revision(url: str) -> None:
    engine, config = engine_for(url), migrations._config(service)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        shop = {
            "shop": "old",
            "profile": samples.SHOP_PROFILE,
            "default_language": "en",
            "prefixes": PREFIXES,
        }
        connection.execute(SHOPS.insert(), shop)
        connection.execute(
            text("INSERT INTO counters VALUES ('old', 'invoice', 41), ('old', 'delivery_slip', 7)")
        )
    engine.dispose()


def test_shops_and_counters_come_along(new_database: NewDatabase) -> None:
    url = new_database()
    a_database_of_the_first_revision(url)
    old = Storefront(desk(service, url), "old")
    (kept,) = rows(old.desk.engine, "shops")
    assert (kept.profile["timezone"], kept.calendar) == ("UTC", "gregorian")
    assert (kept.rounding, kept.legal_years) == ({"mode": "half_up", "per": "total"}, 10)
    old.tell("product.put", samples.PUT_PRODUCT)
    old.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 5})
    told = old.move(old.place(), "processing")
    assert [each.data["document"]["number"] for each in told if each.name.endswith(".issued")] == [
        "RE-000042",
        "LS000008",
    ]
