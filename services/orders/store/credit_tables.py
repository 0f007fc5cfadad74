"""Tables of store credit, in the metadata of `tables`."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, String, Table, Uuid

from services.orders.store.tables import EMPTY, metadata
from shared.runtime.storage.database import Identity, Minor, UtcDateTime

HOLDER = ("shop", "customer_id", "currency")


def _holder() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(HOLDER, [f"store_credit_accounts.{name}" for name in HOLDER])


store_credit_accounts = Table(
    "store_credit_accounts",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("customer_id", String(64), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column(
        "balance", Minor, CheckConstraint("balance >= 0", name="never_overspent"), nullable=False
    ),
    Index(None, "shop", "currency", "customer_id"),
)
store_credit_lots = Table(
    "store_credit_lots",
    metadata,
    Column("lot_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("amount", Minor, nullable=False),
    Column(
        "remaining",
        Minor,
        CheckConstraint("remaining >= 0 AND remaining <= amount", name="within_its_amount"),
        nullable=False,
    ),
    Column("expires_at", UtcDateTime),
    Column("code", String(60), nullable=False, server_default=EMPTY),
    Column("order_id", Uuid),
    _holder(),
    Index(None, *HOLDER),
)
store_credit_entries = Table(
    "store_credit_entries",
    metadata,
    Column("number", Identity, primary_key=True, autoincrement=True),
    Column("shop", String(40), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("amount", Minor, CheckConstraint("amount > 0", name="something"), nullable=False),
    Column(
        "balance", Minor, CheckConstraint("balance >= 0", name="never_below_zero"), nullable=False
    ),
    Column("lot_id", Uuid, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("reason", String(500), nullable=False, server_default=EMPTY),
    Column("order_id", Uuid),
    Column("refund_id", Uuid),
    _holder(),
    Index(None, "shop", "customer_id", "number"),
    Index(None, "order_id"),
)
