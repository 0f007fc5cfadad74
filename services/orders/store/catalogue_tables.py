"""Tables of shops, products, stock, customers and carts, in the metadata of `tables`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    false,
    text,
)

from services.orders.store.tables import Sorting, metadata, words_table
from shared.runtime.storage.database import Identity, Json, Minor, UtcDateTime

shops = Table(
    "shops",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("profile", Json, nullable=False),
    Column("default_language", String(35), nullable=False),
    Column("numbering", Json, nullable=False),
    Column("calendar", String(10), nullable=False, server_default=text("'gregorian'")),
    Column("rounding", Json, nullable=False),
    Column("legal_years", Integer, nullable=False),
    Column("backorders", Boolean, nullable=False, server_default=false()),
    Column("returns", Boolean, nullable=False, server_default=false()),
    Column("return_days", Integer, nullable=False, server_default=text("14")),
    Column("store_credit_days", Integer),
    Column("carriers", Json),
    Column("invoice_notes", Json),
    Column("payment_methods", Json),
    Column("coins", Json),
)
states = Table(
    "states",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("definition", Json, nullable=False),
)
products = Table(
    "products",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("sku", String(64), primary_key=True),
    Column("names", Json, nullable=False),
    Column("price", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("tax_rate", String(10), nullable=False),
    Column("weight_grams", Integer, nullable=False),
    Column("traits", Json),
    Column("parent", String(64)),
    Column("details", Json),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
)
stock = Table(
    "stock",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("sku", String(64), primary_key=True),
    Column(
        "available",
        BigInteger,
        CheckConstraint("available >= 0", name="never_oversold"),
        nullable=False,
    ),
)
stock_movements = Table(
    "stock_movements",
    metadata,
    Column("number", Identity, primary_key=True, autoincrement=True),
    Column("shop", String(40), nullable=False),
    Column("sku", String(64), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("cause", String(60), nullable=False),
    Column("order_id", Uuid),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "shop", "number"),
    Index(None, "shop", "sku", "number"),
    Index(None, "order_id"),
)
counters = Table(
    "counters",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("series", String(20), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
customers = Table(
    "customers",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("customer_id", String(64), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("addresses", Json, nullable=False),
    Column("groups", Json),
    Column("sorting", Sorting, nullable=False),
    Column("registered_at", UtcDateTime),
    Index(None, "shop", "sorting", "customer_id"),
)
carts = Table(
    "carts",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("cart_id", Uuid, primary_key=True),
    Column("customer_id", String(64), nullable=False),
    Column("lines", Json, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "shop", "customer_id", "changed_at", "cart_id"),
)
customer_words = words_table("customer_words", Column("customer_id", String(64), primary_key=True))
product_words = words_table("product_words", Column("sku", String(64), primary_key=True))
