"""What orders are listed and found by: columns, words, indices; customers, carts, the note, the
weight of lines.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime, insert
from shared.writing.search import sorting, words

revision, down_revision = "0004_questions", "0003_states"

WORD = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
SORTING = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
AT_ONCE = 1000  # rows that are read and written together
INDEXED = (
    "shop placed_at order_id",
    "shop customer_id placed_at order_id",
    "shop state placed_at order_id",
    "shop delivery_country placed_at order_id",
    "shop payment_method placed_at order_id",
    "shop new_customer placed_at order_id",
    "shop currency total",
)


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("customer_id", sa.String(64), nullable=False, server_default=sa.text("''")),
    )
    op.add_column(
        "orders",
        sa.Column("delivery_country", sa.String(2), nullable=False, server_default=sa.text("''")),
    )
    op.add_column(
        "orders", sa.Column("total", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "orders",
        sa.Column("new_customer", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.add_column(
        "orders", sa.Column("note", sa.String(2000), nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "order_lines",
        sa.Column("weight_grams", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    _tables()
    _fill(op.get_bind())
    for columns in map(str.split, INDEXED):
        op.create_index(op.f(f"ix_orders_{'_'.join(columns)}"), "orders", columns)


def _tables() -> None:
    op.create_table(
        "first_orders",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", name=op.f("pk_first_orders")),
    )
    op.create_table(
        "order_messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_order_messages")),
    )
    op.create_index(op.f("ix_order_messages_order_id"), "order_messages", ["order_id"])
    op.create_table(
        "customers",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("addresses", Json, nullable=False),
        sa.Column("sorting", SORTING, nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", name=op.f("pk_customers")),
    )
    op.create_index(
        op.f("ix_customers_shop_sorting_customer_id"),
        "customers",
        ["shop", "sorting", "customer_id"],
    )
    op.create_table(
        "carts",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("shop", "cart_id", name=op.f("pk_carts")),
    )
    columns = ["shop", "customer_id", "changed_at", "cart_id"]
    op.create_index(op.f(f"ix_carts_{'_'.join(columns)}"), "carts", columns)
    _words("order_words", sa.Column("order_id", sa.Uuid(), nullable=False), "part")
    _words("customer_words", sa.Column("customer_id", sa.String(64), nullable=False))
    _words("product_words", sa.Column("sku", sa.String(64), nullable=False))


def _words(table: str, key: sa.Column, *parts: str) -> None:
    columns = [sa.Column(part, sa.String(10), nullable=False) for part in parts]
    op.create_table(
        table,
        sa.Column("shop", sa.String(40), nullable=False),
        key,
        *columns,
        sa.Column("word", WORD, nullable=False),
        sa.PrimaryKeyConstraint("shop", key.name, *parts, "word", name=op.f(f"pk_{table}")),
    )
    indexed = ["shop", *parts, "word", key.name]
    op.create_index(op.f(f"ix_{table}_{'_'.join(indexed)}"), table, indexed)


# --- what is there already ------------------------------------------------------------------------


def _table(name: str, *plain: str, uuids: str = "", jsons: str = "") -> sa.TableClause:
    columns = [sa.column(column) for column in plain]
    columns += [sa.column(column, sa.Uuid()) for column in uuids.split()]
    return sa.table(name, *columns, *(sa.column(column, Json) for column in jsons.split()))


ORDERS = _table(
    "orders",
    "shop",
    "reference",
    "language",
    "net",
    "tax",
    "total",
    "placed_at",
    "customer_id",
    "delivery_country",
    "new_customer",
    uuids="order_id",
    jsons="customer delivery_address invoice_address",
)
FIRST_ORDERS = _table("first_orders", "shop", "customer_id", uuids="order_id")
LINES = _table("order_lines", "sku", "weight_grams", uuids="order_id")
PRODUCTS = _table("products", "shop", "sku", "weight_grams", jsons="names")
CUSTOMERS = _table(
    "customers", "shop", "customer_id", "email", "name", "language", "sorting", jsons="addresses"
)
ORDER_WORDS = _table("order_words", "shop", "part", "word", uuids="order_id")
CUSTOMER_WORDS = _table("customer_words", "shop", "customer_id", "word")
PRODUCT_WORDS = _table("product_words", "shop", "sku", "word")


def _fill(connection: sa.Connection) -> None:
    """Orders, customers and products that were kept before are listed and found like all others."""
    _fill_columns(connection)
    for orders in _read(
        connection, sa.select(ORDERS).order_by(ORDERS.c.placed_at, ORDERS.c.order_id)
    ):
        _add(connection, ORDER_WORDS, [row for order in orders for row in _order_words(order)])
        _add(
            connection,
            FIRST_ORDERS,
            [
                {"shop": order.shop, "customer_id": order.customer_id, "order_id": order.order_id}
                for order in orders
            ],
        )
        _add(connection, CUSTOMERS, [_customer(order) for order in orders])
    first = ORDERS.c.order_id.in_(sa.select(FIRST_ORDERS.c.order_id))
    connection.execute(sa.update(ORDERS).values(new_customer=sa.true()).where(first))
    for customers in _read(connection, sa.select(CUSTOMERS)):
        _add(
            connection,
            CUSTOMER_WORDS,
            [
                {"shop": customer.shop, "customer_id": customer.customer_id, "word": word}
                for customer in customers
                for word in words(customer.name, customer.email)
            ],
        )
    for products in _read(connection, sa.select(PRODUCTS)):
        _add(
            connection,
            PRODUCT_WORDS,
            [
                {"shop": product.shop, "sku": product.sku, "word": word}
                for product in products
                for word in words(product.sku, *product.names.values())
            ],
        )


def _fill_columns(connection: sa.Connection) -> None:
    connection.execute(
        sa.update(ORDERS).values(
            customer_id=ORDERS.c.customer["customer_id"].as_string(),
            total=ORDERS.c.net + ORDERS.c.tax,
            delivery_country=ORDERS.c.delivery_address["country"].as_string(),
        )
    )
    weight = (
        (
            sa.select(PRODUCTS.c.weight_grams)
            .select_from(PRODUCTS.join(ORDERS, ORDERS.c.shop == PRODUCTS.c.shop))
            .where(ORDERS.c.order_id == LINES.c.order_id, PRODUCTS.c.sku == LINES.c.sku)
        )
        .correlate(LINES)
        .scalar_subquery()
    )
    connection.execute(sa.update(LINES).values(weight_grams=sa.func.coalesce(weight, 0)))


def _read(connection: sa.Connection, query: sa.Select) -> Iterator[Sequence[sa.Row]]:
    return connection.execute(query.execution_options(yield_per=AT_ONCE)).partitions()


def _add(connection: sa.Connection, table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


def _order_words(order: sa.Row) -> Iterator[dict[str, Any]]:
    texts = {
        "reference": [order.reference],
        "customer": [order.customer["name"], order.customer["email"]],
    }
    for part, found in ((part, words(*some)) for part, some in texts.items()):
        yield from (
            {"shop": order.shop, "order_id": order.order_id, "part": part, "word": word}
            for word in found
        )


def _customer(order: sa.Row) -> dict[str, Any]:
    """As an order tells of him; the first one does."""
    delivery, invoice = order.delivery_address, order.invoice_address
    return {
        "shop": order.shop,
        "language": order.language,
        "sorting": sorting(order.customer["name"])[:200],
        "addresses": [delivery] if delivery == invoice else [delivery, invoice],
        **order.customer,
    }
