"""The runtime's nine tables in every service's database: inbox, outbox, journal, schedule,
sequence, side effects, redelivered messages, access, and shops with messages in the overflow queue.

The first six, but for the journal, are written in the transaction of a handler's effects, so that a
message counts as handled exactly when its effects and its events are stored.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Uuid,
    event,
    func,
    select,
)

from shared.runtime.storage.database import Identity, UtcDateTime

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("source", String(200), nullable=False),
    Column("id", String(200), nullable=False),
    Column("period", Date, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("refusal", LargeBinary),
    PrimaryKeyConstraint("id", "source", "period"),
    postgresql_partition_by="LIST (period)",
)
outbox = Table(
    "outbox",
    metadata,
    Column("number", Identity, primary_key=True, autoincrement=True),
    Column("partition", SmallInteger, nullable=False),
    Column("route", String(10), nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("subject", String(300)),
    Column("message_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_outbox_partition_number", "partition", "number"),
    sqlite_autoincrement=True,
)
# Rows of the outbox that were published, for some days.
journal = Table(
    "journal",
    metadata,
    Column("published_at", UtcDateTime, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("route", String(10), nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("subject", String(300)),
    Column("message_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
schedule = Table(
    "schedule",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("routing_key", String(200), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
sequence = Table(
    "sequence",
    metadata,
    Column("subject", String(300), primary_key=True),
    Column("last", Identity, nullable=False),
)
side_effects = Table(
    "side_effects",
    metadata,
    Column("type", String(200), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("holder", Uuid, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False, index=True),
    Column("started", Boolean, nullable=False),
    Column("outcome", LargeBinary),
)
redelivered = Table(
    "redelivered",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("starts", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
access = Table(
    "access",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
overflowing = Table(
    "overflowing",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("id", String(200), nullable=False),
)


def add_to(tables: MetaData) -> None:
    """Add the nine tables to a service's own metadata."""
    for table in metadata.sorted_tables:
        table.to_metadata(tables)
    # On PostgreSQL the inbox has partitions (`inbox_periods`), which are not deleted from by age.
    own = tables.tables[inbox.name]
    Index("ix_inbox_at", own.c.at).ddl_if(dialect="sqlite")
    default: Any = DDL("CREATE TABLE inbox_default PARTITION OF inbox DEFAULT")  # type: ignore[no-untyped-call]
    event.listen(own, "after_create", default.execute_if(dialect="postgresql"))


def backlog(connection: Connection) -> Mapping[str, int]:
    """Count the rows of the outbox and of the schedule, by the table's name."""
    count = func.count()
    found = {}
    for table in (outbox, schedule):
        found[table.name] = connection.execute(select(count).select_from(table)).scalar_one()
    return found
