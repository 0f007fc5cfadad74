"""Tables of cart rules, in the metadata of `tables`."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    false,
)

from services.orders.store.tables import ZERO, metadata
from shared.runtime.storage.database import Json, Minor, UtcDateTime

cart_rules = Table(
    "cart_rules",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("rule_id", Uuid, primary_key=True),
    Column("code", String(40)),
    Column("active", Boolean, nullable=False),
    Column("customer_id", String(64)),
    Column("definition", Json, nullable=False),
    Column("uses", Integer),
    Column(
        "used",
        Integer,
        CheckConstraint("used >= 0", name="counted"),
        nullable=False,
        server_default=ZERO,
    ),
    CheckConstraint("uses IS NULL OR used <= uses", name="never_overused"),
    UniqueConstraint("shop", "code"),
    Index(None, "shop", "customer_id"),
)
cart_rule_uses = Table(
    "cart_rule_uses",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.order_id"), primary_key=True),
    Column("rule_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("taken", Minor, nullable=False),
    Column("spent", Minor, nullable=False),
    Column("rest_id", Uuid),
    Column("returned", Boolean, nullable=False, server_default=false()),
    Column("at", UtcDateTime, nullable=False),
    Column("freed", Minor, nullable=False, server_default=ZERO),
    Index(None, "shop", "rule_id", "customer_id"),
    Index(None, "shop", "customer_id"),
)
