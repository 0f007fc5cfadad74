"""What was kept before an upgrade is found after it."""

from sqlalchemy import text

from services.orders.worker import service
from shared.runtime import migrations
from tests.orders.words import NewDatabase, Storefront, everything, forget_what_was_told
from tests.words import a_shop_with_mugs, desk

COLUMNS = {
    "orders": "customer_id delivery_country total note new_customer shipping_off", "order_lines": "weight_grams off",
    "products": "traits",
}
INDICES = (
    "placed_at_order_id customer_id_placed_at_order_id state_placed_at_order_id delivery_country_placed_at_order_id "
    "payment_method_placed_at_order_id new_customer_placed_at_order_id currency_total"
)
TABLES = (
    "first_orders order_words customer_words product_words order_messages customers carts order_discounts "
    "cart_rule_uses cart_rules"
)


def test_orders_customers_and_products_that_were_kept_before_are_found(new_database: NewDatabase) -> None:
    orders = desk(service, new_database())
    shop = Storefront(orders, "old")
    a_shop_with_mugs(shop)  # type: ignore[arg-type]
    forget_what_was_told(orders.engine)
    shop.place_all(3)
    before = everything(orders.engine)
    with orders.engine.begin() as connection:  # back to the revision before: what it did not have is gone
        for index in INDICES.split():
            connection.execute(text(f"DROP INDEX ix_orders_shop_{index}"))
        for table, columns in COLUMNS.items():
            for column in columns.split():
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        for table in TABLES.split():
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003_states'"))
    migrations.upgrade(service, orders.engine)
    assert everything(orders.engine) == before
    orders.engine.dispose()
