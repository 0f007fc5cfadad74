"""Tables of customers, of their orders and of issued documents, as other services describe them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Uuid, false, text

from services.ingest.store.table_metadata import EMPTY, NO_CURRENCY, ZERO, metadata
from shared.runtime.storage.database import Json, Minor, UtcDateTime

orders = Table(
    "orders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("reference", String(32), nullable=False),
    Column("customer_email", String(254), nullable=False),
    Column("customer_name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("customer_id", String(64), nullable=False, server_default=EMPTY),
    Column("email_key", String(254), nullable=False, server_default=EMPTY),
    Column("placed_at", UtcDateTime),
    Column("currency", String(3), nullable=False, server_default=NO_CURRENCY),
    Column("total", Minor, nullable=False, server_default=ZERO),
    Column("paid", Minor, nullable=False, server_default=ZERO),
    Column("refunded", Minor, nullable=False, server_default=ZERO),
    Column("state", String(200), nullable=False, server_default=EMPTY),
    Column("colour", String(7), nullable=False, server_default=EMPTY),
    Column("changed_at", UtcDateTime),
    Column("valid", Boolean, nullable=False, server_default=false()),
    Column("state_labels", Json, nullable=False, server_default=text("'{}'")),
    Column("sequence", BigInteger, nullable=False, server_default=ZERO),
    Column("state_sequence", BigInteger, nullable=False, server_default=ZERO),
    Index(None, "shop", "reference"),
    Index(None, "shop", "customer_id"),
    Index(None, "shop", "email_key"),
)
order_changes = Table(
    "order_changes",
    metadata,
    Column("change_id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(200), nullable=False),
    Column("colour", String(7), nullable=False),
    Column("labels", Json, nullable=False, server_default=text("'{}'")),
    Index(None, "order_id", "at"),
)
customers = Table(
    "customers",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("customer_id", String(64), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("addresses", Json, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
    Index(None, "shop", "email_key"),
)
# Issued documents, so that an employee can attach one by its number; their bytes are elsewhere.
documents = Table(
    "documents",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", String(40), nullable=False),
    Index(None, "shop", "number"),
    Index(None, "order_id"),
)
