"""Create the tables of orders, and triggers that protect rows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# SQLite counts by itself only in a column of type INTEGER
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_journal()
    _create_orders()
    _create_lookups()
    _create_shops()
    _create_catalogue()
    _create_customers()
    _create_discounts()
    _create_store_credit()
    _protect_rows()


def _bytewise(length: int) -> sa.types.TypeEngine[str]:
    """Return a text type that PostgreSQL sorts by bytes, as SQLite does: prefixes are ranges."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _create_journal() -> None:
    """Create the tables that every service has."""
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("refusal", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", "source", "period", name="pk_inbox"),
        postgresql_partition_by="LIST (period)",
    )
    if op.get_bind().dialect.name == "postgresql":  # the workers create and drop the others
        op.execute("CREATE TABLE inbox_default PARTITION OF inbox DEFAULT")
    else:
        op.create_index("ix_inbox_at", "inbox", ["at"])
    op.create_table(
        "outbox",
        sa.Column("number", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("route", sa.String(10), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300)),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_partition_number", "outbox", ["partition", "number"])
    op.create_table(
        "journal",
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.String(10), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300)),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("published_at", "number", name="pk_journal"),
    )
    op.create_table(
        "schedule",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_schedule"),
    )
    op.create_index("ix_schedule_due_at", "schedule", ["due_at"])
    op.create_table(
        "sequence",
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("last", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sequence"),
    )
    op.create_table(
        "side_effects",
        sa.Column("type", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("type", "subject", name="pk_side_effects"),
    )
    op.create_index("ix_side_effects_claimed_at", "side_effects", ["claimed_at"])
    op.create_table(
        "redelivered",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_redelivered"),
    )
    op.create_index("ix_redelivered_at", "redelivered", ["at"])
    op.create_table(
        "access",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_access"),
    )
    op.create_table(
        "overflowing",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_overflowing"),
    )


def _create_orders() -> None:
    """Create orders and what belongs to them."""
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("placed_at", TIME, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("customer", JSON, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("prices", sa.String(20), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("payment_method", sa.String(200), nullable=False),
        sa.Column("carrier", sa.String(200), nullable=False),
        sa.Column("tracking_number", sa.String(100), nullable=False),
        sa.Column("shipping", sa.BigInteger(), nullable=False),
        sa.Column("shipping_rate", sa.String(10), nullable=False),
        sa.Column("shipping_net", sa.BigInteger(), nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), nullable=False),
        sa.Column("shipping_off", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("delivery_address", JSON, nullable=False),
        sa.Column("invoice_address", JSON, nullable=False),
        sa.Column("holds_stock", sa.Boolean(), nullable=False),
        sa.Column("rounding_mode", sa.String(10), nullable=False, server_default="half_up"),
        sa.Column("rounding_per", sa.String(10), nullable=False, server_default="total"),
        sa.Column("coin", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("reached", sa.String(200)),
        sa.Column("customer_id", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("customer_sorting", _bytewise(200), nullable=False, server_default=sa.text("''")),
        sa.Column("payment_sorting", _bytewise(200), nullable=False, server_default=sa.text("''")),
        sa.Column("delivery_country", sa.String(2), nullable=False, server_default=sa.text("''")),
        sa.Column("total", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("note", sa.String(2000), nullable=False, server_default=sa.text("''")),
        sa.Column("new_customer", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("exemption", JSON),
        sa.Column("shipping_taxed", JSON),
        sa.Column("exchange_rate", JSON),
        sa.Column("shipped_at", TIME),
        sa.Column("invoice_note", sa.String(2000), nullable=False, server_default=sa.text("''")),
        sa.Column("slip_digest", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("order_id", name="pk_orders"),
        sa.UniqueConstraint("shop", "reference", name="uq_orders_shop_reference"),
        sa.CheckConstraint(
            "refunded = 0 OR refunded <= paid", name="ck_orders_never_more_than_paid"
        ),
    )
    op.create_index(
        "ix_orders_shop_currency_paid_placed_at_order_id",
        "orders",
        ["shop", "currency", "paid", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_currency_total_placed_at_order_id",
        "orders",
        ["shop", "currency", "total", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_customer_id_placed_at_order_id",
        "orders",
        ["shop", "customer_id", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_customer_sorting_placed_at_order_id",
        "orders",
        ["shop", "customer_sorting", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_delivery_country_placed_at_order_id",
        "orders",
        ["shop", "delivery_country", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_new_customer_placed_at_order_id",
        "orders",
        ["shop", "new_customer", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_payment_sorting_placed_at_order_id",
        "orders",
        ["shop", "payment_sorting", "placed_at", "order_id"],
    )
    op.create_index(
        "ix_orders_shop_placed_at_order_id", "orders", ["shop", "placed_at", "order_id"]
    )
    op.create_index(
        "ix_orders_shop_state_placed_at_order_id",
        "orders",
        ["shop", "state", "placed_at", "order_id"],
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("rate", sa.String(10), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("off", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("invoice", sa.Uuid()),
        sa.Column("taxed", JSON),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_lines"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_order_lines_order_id"),
    )
    op.create_table(
        "order_discounts",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("discount_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(30), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("shares", JSON, nullable=False),
        sa.Column("shipping_share", sa.BigInteger(), nullable=False),
        sa.Column("invoice", sa.Uuid()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("scope", JSON),
        sa.Column("fixed", JSON),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_discounts"),
        sa.UniqueConstraint(
            "order_id", "discount_id", name="uq_order_discounts_order_id_discount_id"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name="fk_order_discounts_order_id"
        ),
    )
    op.create_table(
        "order_history",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_history"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name="fk_order_history_order_id"
        ),
    )
    op.create_table(
        "payments",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("transaction_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, server_default=sa.text("'money'")),
        sa.Column("reverses", sa.Uuid()),
        sa.Column("reason", sa.String(500), nullable=False, server_default=sa.text("''")),
        sa.Column("at", TIME),
        sa.Column("by", sa.String(100), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_payments"),
        sa.UniqueConstraint("order_id", "payment_id", name="uq_payments_order_id_payment_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_payments_order_id"),
    )
    op.create_index(
        "ix_payments_order_id_reverses", "payments", ["order_id", "reverses"], unique=True
    )
    op.create_table(
        "refunds",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("shipping_net", sa.BigInteger(), nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("credit_slip_id", sa.Uuid()),
        sa.Column("credit_slip", sa.String(60), nullable=False),
        sa.Column("done_at", TIME),
        sa.Column("done_by", sa.String(100), nullable=False),
        sa.Column("transaction_id", sa.String(200), nullable=False),
        sa.Column("overpaid", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("given_back", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("as_credit", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("settled", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("documented", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_refunds"),
        sa.UniqueConstraint("order_id", "refund_id", name="uq_refunds_order_id_refund_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_refunds_order_id"),
    )
    op.create_table(
        "returns",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("until", TIME),
        sa.Column("answer", sa.String(2000), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("refund_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_returns"),
        sa.UniqueConstraint("order_id", "return_id", name="uq_returns_order_id_return_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_returns_order_id"),
    )
    op.create_index(
        "ix_returns_shop_customer_id_requested_at_return_id",
        "returns",
        ["shop", "customer_id", "requested_at", "return_id"],
    )
    op.create_index(
        "ix_returns_shop_requested_at_return_id", "returns", ["shop", "requested_at", "return_id"]
    )
    op.create_index(
        "ix_returns_shop_state_requested_at_return_id",
        "returns",
        ["shop", "state", "requested_at", "return_id"],
    )
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("issued_at", TIME),
        sa.Column("replaces", JSON),
        sa.PrimaryKeyConstraint("document_id", name="pk_documents"),
        sa.UniqueConstraint("shop", "kind", "number", name="uq_documents_shop_kind_number"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_documents_order_id"),
    )
    op.create_index("ix_documents_order_id", "documents", ["order_id"])
    op.create_table(
        "waiting",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "sku", "order_id", "position", name="pk_waiting"),
        sa.CheckConstraint("quantity > 0", name="ck_waiting_something_missing"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name="fk_waiting_order_id"),
    )
    op.create_index("ix_waiting_order_id", "waiting", ["order_id"])


def _create_lookups() -> None:
    """Create the tables that orders are found by."""
    op.create_table(
        "order_words",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("word", _bytewise(64), nullable=False),
        sa.PrimaryKeyConstraint("shop", "order_id", "part", "word", name="pk_order_words"),
    )
    op.create_index(
        "ix_order_words_shop_part_word_order_id",
        "order_words",
        ["shop", "part", "word", "order_id"],
    )
    op.create_table(
        "order_messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_order_messages"),
    )
    op.create_index("ix_order_messages_order_id", "order_messages", ["order_id"])
    op.create_table(
        "first_orders",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", name="pk_first_orders"),
    )


def _create_shops() -> None:
    """Create shops and what belongs to them."""
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("profile", JSON, nullable=False),
        sa.Column("default_language", sa.String(35), nullable=False),
        sa.Column("numbering", JSON, nullable=False),
        sa.Column("calendar", sa.String(10), nullable=False, server_default=sa.text("'gregorian'")),
        sa.Column("rounding", JSON, nullable=False),
        sa.Column("legal_years", sa.Integer(), nullable=False),
        sa.Column("backorders", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("returns", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("return_days", sa.Integer(), nullable=False, server_default=sa.text("14")),
        sa.Column("store_credit_days", sa.Integer()),
        sa.Column("carriers", JSON),
        sa.Column("invoice_notes", JSON),
        sa.Column("payment_methods", JSON),
        sa.Column("coins", JSON),
        sa.PrimaryKeyConstraint("shop", name="pk_shops"),
    )
    op.create_table(
        "states",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop", "key", name="pk_states"),
    )
    op.create_table(
        "counters",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "series", "year", name="pk_counters"),
    )


def _create_catalogue() -> None:
    """Create products and their stock."""
    op.create_table(
        "products",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("tax_rate", sa.String(10), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("traits", JSON),
        sa.PrimaryKeyConstraint("shop", "sku", name="pk_products"),
    )
    op.create_table(
        "stock",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "sku", name="pk_stock"),
        sa.CheckConstraint("available >= 0", name="ck_stock_never_oversold"),
    )
    op.create_table(
        "stock_movements",
        sa.Column("number", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_stock_movements"),
    )
    op.create_index("ix_stock_movements_order_id", "stock_movements", ["order_id"])
    op.create_index("ix_stock_movements_shop_number", "stock_movements", ["shop", "number"])
    op.create_index(
        "ix_stock_movements_shop_sku_number", "stock_movements", ["shop", "sku", "number"]
    )
    op.create_table(
        "product_words",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("word", _bytewise(64), nullable=False),
        sa.PrimaryKeyConstraint("shop", "sku", "word", name="pk_product_words"),
    )
    op.create_index("ix_product_words_shop_word_sku", "product_words", ["shop", "word", "sku"])


def _create_customers() -> None:
    """Create customers and their carts."""
    op.create_table(
        "customers",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("addresses", JSON, nullable=False),
        sa.Column("groups", JSON),
        sa.Column("sorting", _bytewise(200), nullable=False),
        sa.Column("registered_at", TIME),
        sa.PrimaryKeyConstraint("shop", "customer_id", name="pk_customers"),
    )
    op.create_index(
        "ix_customers_shop_sorting_customer_id", "customers", ["shop", "sorting", "customer_id"]
    )
    op.create_table(
        "carts",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("shop", "cart_id", name="pk_carts"),
    )
    op.create_index(
        "ix_carts_shop_customer_id_changed_at_cart_id",
        "carts",
        ["shop", "customer_id", "changed_at", "cart_id"],
    )
    op.create_table(
        "customer_words",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("word", _bytewise(64), nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", "word", name="pk_customer_words"),
    )
    op.create_index(
        "ix_customer_words_shop_word_customer_id", "customer_words", ["shop", "word", "customer_id"]
    )


def _create_discounts() -> None:
    """Create cart rules and their uses."""
    op.create_table(
        "cart_rules",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.String(64)),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("uses", sa.Integer()),
        sa.Column("used", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("shop", "rule_id", name="pk_cart_rules"),
        sa.UniqueConstraint("shop", "code", name="uq_cart_rules_shop_code"),
        sa.CheckConstraint("used >= 0", name="ck_cart_rules_counted"),
        sa.CheckConstraint("uses IS NULL OR used <= uses", name="ck_cart_rules_never_overused"),
    )
    op.create_index("ix_cart_rules_shop_customer_id", "cart_rules", ["shop", "customer_id"])
    op.create_table(
        "cart_rule_uses",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("rest_id", sa.Uuid()),
        sa.Column("returned", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("at", TIME, nullable=False),
        sa.Column("freed", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("order_id", "rule_id", name="pk_cart_rule_uses"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name="fk_cart_rule_uses_order_id"
        ),
    )
    op.create_index("ix_cart_rule_uses_shop_customer_id", "cart_rule_uses", ["shop", "customer_id"])
    op.create_index(
        "ix_cart_rule_uses_shop_rule_id_customer_id",
        "cart_rule_uses",
        ["shop", "rule_id", "customer_id"],
    )


def _create_store_credit() -> None:
    """Create accounts of store credit."""
    op.create_table(
        "store_credit_accounts",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", "currency", name="pk_store_credit_accounts"),
        sa.CheckConstraint("balance >= 0", name="ck_store_credit_accounts_never_overspent"),
    )
    op.create_index(
        "ix_store_credit_accounts_shop_currency_customer_id",
        "store_credit_accounts",
        ["shop", "currency", "customer_id"],
    )
    op.create_table(
        "store_credit_lots",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("code", sa.String(60), nullable=False, server_default=sa.text("''")),
        sa.Column("order_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("lot_id", name="pk_store_credit_lots"),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= amount", name="ck_store_credit_lots_within_its_amount"
        ),
        sa.ForeignKeyConstraint(
            ["shop", "customer_id", "currency"],
            [
                "store_credit_accounts.shop",
                "store_credit_accounts.customer_id",
                "store_credit_accounts.currency",
            ],
            name="fk_store_credit_lots_shop_customer_id_currency",
        ),
    )
    op.create_index(
        "ix_store_credit_lots_shop_customer_id_currency",
        "store_credit_lots",
        ["shop", "customer_id", "currency"],
    )
    op.create_table(
        "store_credit_entries",
        sa.Column("number", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False, server_default=sa.text("''")),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("refund_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("number", name="pk_store_credit_entries"),
        sa.CheckConstraint("balance >= 0", name="ck_store_credit_entries_never_below_zero"),
        sa.CheckConstraint("amount > 0", name="ck_store_credit_entries_something"),
        sa.ForeignKeyConstraint(
            ["shop", "customer_id", "currency"],
            [
                "store_credit_accounts.shop",
                "store_credit_accounts.customer_id",
                "store_credit_accounts.currency",
            ],
            name="fk_store_credit_entries_shop_customer_id_currency",
        ),
    )
    op.create_index("ix_store_credit_entries_order_id", "store_credit_entries", ["order_id"])
    op.create_index(
        "ix_store_credit_entries_shop_customer_id_number",
        "store_credit_entries",
        ["shop", "customer_id", "number"],
    )


def _protect_rows() -> None:
    """Forbid deletions in tables that are records, and changes of what must stay as it is."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(REFUSE)
    order_part = ["order_id", "position"]
    account = ["shop", "customer_id", "currency"]
    series = ["shop", "kind", "series", "year"]
    _protect("orders", [["order_id"], ["shop", "reference"]], fixed=FIXED_OF_ORDERS)
    _protect("order_lines", [order_part], fixed=[*order_part, "sku"])
    _protect(
        "order_discounts",
        [order_part, ["order_id", "discount_id"]],
        fixed=[*order_part, "discount_id"],
    )
    _protect("order_history", [order_part])
    _protect("payments", [order_part, ["order_id", "payment_id"]])
    _protect(
        "refunds",
        [order_part, ["order_id", "refund_id"]],
        fixed=[*order_part, *FIXED_OF_REFUNDS],
        unless="NEW.as_credit < OLD.as_credit",
    )
    _protect(
        "returns",
        [order_part, ["order_id", "return_id"]],
        fixed=[*order_part, "return_id", "lines", "requested_at"],
    )
    _protect("documents", [["document_id"], ["shop", "kind", "number"]])
    _protect("stock", [["shop", "sku"]], fixed=["shop", "sku"])
    _protect("stock_movements", [["number"]])
    _protect("counters", [series], fixed=series, unless="NEW.last < OLD.last")
    _protect("store_credit_accounts", [account], fixed=account)
    _protect(
        "store_credit_lots",
        [["lot_id"]],
        fixed=["lot_id", *account, "at", "amount", "expires_at", "code", "order_id"],
        unless="NEW.remaining > OLD.remaining",
    )
    _protect("store_credit_entries", [["number"]])


FIXED_OF_ORDERS = [
    "order_id",
    "shop",
    "reference",
    "placed_at",
    "currency",
    "prices",
    "rounding_mode",
    "rounding_per",
    "coin",
]
FIXED_OF_REFUNDS = [
    "refund_id",
    "kind",
    "at",
    "by",
    "reason",
    "lines",
    "overpaid",
    "settled",
    "documented",
    "shipping_net",
    "shipping_tax",
    "method",
    "by_hand",
    "credit_slip_id",
    "credit_slip",
    "given_back",
]
REFUSE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of % cannot be deleted, nor their fixed columns changed',
TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"""


def _protect(
    table: str, keys: list[list[str]], *, fixed: Sequence[str] = (), unless: str = ""
) -> None:
    """Create triggers that refuse to delete rows of a table, and to change its columns `fixed`
    (none named: all of them).

    `keys` are the primary key and the unique ones; an update that meets the condition `unless` is
    refused too.
    """
    refused = [f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in fixed]
    if unless:
        refused.append(unless)
    if op.get_context().dialect.name == "postgresql":
        _protect_on_postgresql(table, refused)
    else:
        _protect_on_sqlite(table, keys, refused)


def _protect_on_postgresql(table: str, refused: list[str]) -> None:
    events = "DELETE OR TRUNCATE" if refused else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER {table}_refuse_delete BEFORE {events} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    if refused:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table}"
            f" FOR EACH ROW WHEN ({' OR '.join(refused)}) EXECUTE FUNCTION refuse_change()"
        )


def _protect_on_sqlite(table: str, keys: list[list[str]], refused: list[str]) -> None:
    """`INSERT OR REPLACE` deletes without firing the trigger on DELETE, by any key and by the
    hidden rowid: refuse to insert a key that exists.
    """
    changed = [condition.replace("IS DISTINCT FROM", "IS NOT") for condition in refused]
    if changed:
        changed.append("OLD.rowid IS NOT NEW.rowid")
    conditions = []
    for key in [*keys, ["rowid"]]:
        equal = " AND ".join(f"existing.{column} = NEW.{column}" for column in key)
        conditions.append(f"({equal})")
    there = f"SELECT 1 FROM {table} AS existing WHERE {' OR '.join(conditions)}"
    sentence = f"rows of {table} cannot be deleted, nor their fixed columns changed"
    for event, condition in (
        ("delete", ""),
        ("update", f"WHEN {' OR '.join(changed)}" if changed else ""),
        ("insert", f"WHEN EXISTS ({there})"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{event} BEFORE {event.upper()} ON {table} {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
