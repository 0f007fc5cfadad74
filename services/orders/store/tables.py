"""Tables of orders and their parts. Money is in minor units (BIGINT); addresses and names are JSON,
as they were given.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.runtime.storage import message_tables
from shared.runtime.storage.database import NAMING, Json, Minor, UtcDateTime

metadata = MetaData(naming_convention=NAMING)
EMPTY, ZERO = text("''"), text("0")  # values of rows that are older than the column
# Sorted by bytes, so that the words with a prefix are a range of an index.
Word = String(64).with_variant(String(64, collation="C"), "postgresql")
SORTING = 200  # characters of a name that a list is sorted and filtered by
Sorting = String(SORTING).with_variant(String(SORTING, collation="C"), "postgresql")


def _order_id(**options: bool) -> Column[object]:
    return Column("order_id", Uuid, ForeignKey("orders.order_id"), nullable=False, **options)  # type: ignore[arg-type]


waiting = Table(
    "waiting",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("sku", String(64), primary_key=True),
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column(
        "quantity",
        Integer,
        CheckConstraint("quantity > 0", name="something_missing"),
        nullable=False,
    ),
    Index(None, "order_id"),
)
orders = Table(
    "orders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("reference", String(32), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("state", String(40), nullable=False),
    Column("customer", Json, nullable=False),
    Column("language", String(35), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("prices", String(20), nullable=False),
    Column("net", Minor, nullable=False),
    Column("tax", Minor, nullable=False),
    Column("paid", Minor, nullable=False),
    Column(
        "refunded",
        Minor,
        CheckConstraint("refunded = 0 OR refunded <= paid", name="never_more_than_paid"),
        nullable=False,
        server_default=ZERO,
    ),
    Column("payment_method", String(200), nullable=False),
    Column("carrier", String(200), nullable=False),
    Column("tracking_number", String(100), nullable=False),
    Column("shipping", Minor, nullable=False),
    Column("shipping_rate", String(10), nullable=False),
    Column("shipping_net", Minor, nullable=False),
    Column("shipping_tax", Minor, nullable=False),
    Column("shipping_off", Minor, nullable=False, server_default=ZERO),
    Column("delivery_address", Json, nullable=False),
    Column("invoice_address", Json, nullable=False),
    Column("holds_stock", Boolean, nullable=False),
    Column("rounding_mode", String(10), nullable=False, server_default="half_up"),
    Column("rounding_per", String(10), nullable=False, server_default="total"),
    Column("coin", Integer, nullable=False, server_default=text("1")),
    Column("reached", String(200)),
    Column("customer_id", String(64), nullable=False, server_default=EMPTY),
    Column("customer_sorting", Sorting, nullable=False, server_default=EMPTY),
    Column("payment_sorting", Sorting, nullable=False, server_default=EMPTY),
    Column("delivery_country", String(2), nullable=False, server_default=EMPTY),
    Column("total", Minor, nullable=False, server_default=ZERO),
    Column("note", String(2000), nullable=False, server_default=EMPTY),
    Column("new_customer", Boolean, nullable=False, server_default=text("false")),
    Column("exemption", Json),
    Column("shipping_taxed", Json),
    Column("exchange_rate", Json),
    Column("shipped_at", UtcDateTime),
    Column("invoice_note", String(2000), nullable=False, server_default=EMPTY),
    Column("slip_digest", String(64), nullable=False, server_default=EMPTY),
    UniqueConstraint("shop", "reference"),
    Index(None, "shop", "placed_at", "order_id"),
    Index(None, "shop", "customer_id", "placed_at", "order_id"),
    Index(None, "shop", "state", "placed_at", "order_id"),
    Index(None, "shop", "delivery_country", "placed_at", "order_id"),
    Index(None, "shop", "payment_sorting", "placed_at", "order_id"),
    Index(None, "shop", "new_customer", "placed_at", "order_id"),
    Index(None, "shop", "customer_sorting", "placed_at", "order_id"),
    Index(None, "shop", "currency", "total", "placed_at", "order_id"),
    Index(None, "shop", "currency", "paid", "placed_at", "order_id"),
)
order_lines = Table(
    "order_lines",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sku", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("price", Minor, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("rate", String(10), nullable=False),
    Column("net", Minor, nullable=False),
    Column("tax", Minor, nullable=False),
    Column("weight_grams", Integer, nullable=False, server_default=ZERO),
    Column("off", Minor, nullable=False, server_default=ZERO),
    Column("invoice", Uuid),
    Column("taxed", Json),
)
order_discounts = Table(
    "order_discounts",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("discount_id", Uuid, nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("value", String(30), nullable=False),
    Column("code", String(100), nullable=False),
    Column("shares", Json, nullable=False),
    Column("shipping_share", Minor, nullable=False),
    Column("invoice", Uuid),
    Column("active", Boolean, nullable=False),
    Column("scope", Json),
    Column("fixed", Json),
    UniqueConstraint("order_id", "discount_id"),
)
refunds = Table(
    "refunds",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("refund_id", Uuid, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("lines", Json, nullable=False),
    Column("shipping_net", Minor, nullable=False),
    Column("shipping_tax", Minor, nullable=False),
    Column("method", String(200), nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("credit_slip_id", Uuid),
    Column("credit_slip", String(60), nullable=False),
    Column("done_at", UtcDateTime),
    Column("done_by", String(100), nullable=False),
    Column("transaction_id", String(200), nullable=False),
    Column("overpaid", Minor, nullable=False, server_default=ZERO),
    Column("given_back", Minor, nullable=False, server_default=ZERO),
    Column("as_credit", Minor, nullable=False, server_default=ZERO),
    Column("settled", Minor, nullable=False, server_default=ZERO),
    Column("documented", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("order_id", "refund_id"),
)
returns = Table(
    "returns",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("return_id", Uuid, nullable=False),
    Column("shop", String(40), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("lines", Json, nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("state", String(30), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("until", UtcDateTime),
    Column("answer", String(2000), nullable=False),
    Column("number", String(60), nullable=False),
    Column("refund_id", Uuid),
    UniqueConstraint("order_id", "return_id"),
    Index(None, "shop", "requested_at", "return_id"),
    Index(None, "shop", "state", "requested_at", "return_id"),
    Index(None, "shop", "customer_id", "requested_at", "return_id"),
)
order_history = Table(
    "order_history",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("state", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("reason", String(500), nullable=False),
)
payments = Table(
    "payments",
    metadata,
    _order_id(primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("payment_id", Uuid, nullable=False),
    Column("method", String(200), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("transaction_id", String(200), nullable=False),
    Column("kind", String(20), nullable=False, server_default=text("'money'")),
    Column("reverses", Uuid),
    Column("reason", String(500), nullable=False, server_default=EMPTY),
    Column("at", UtcDateTime),
    Column("by", String(100), nullable=False, server_default=EMPTY),
    UniqueConstraint("order_id", "payment_id"),
    Index(None, "order_id", "reverses", unique=True),
)
documents = Table(
    "documents",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("shop", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", String(60), nullable=False),
    Column("issued_at", UtcDateTime),
    Column("replaces", Json),
    UniqueConstraint("shop", "kind", "number"),
)
first_orders = Table(
    "first_orders",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("customer_id", String(64), primary_key=True),
    Column("order_id", Uuid, nullable=False),
)
order_messages = Table(
    "order_messages",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False, index=True),
)


def words_table(table: str, key: Column[Any], *parts: Column[Any]) -> Table:
    """Return a table of the words that a search finds rows by."""
    names = [part.name for part in parts]
    return Table(
        table,
        metadata,
        Column("shop", String(40), primary_key=True),
        key,
        *parts,
        Column("word", Word, primary_key=True),
        Index(None, "shop", *names, "word", key.name),
    )


order_words = words_table(
    "order_words",
    Column("order_id", Uuid, primary_key=True),
    Column("part", String(10), primary_key=True),
)
message_tables.add_to(metadata)
