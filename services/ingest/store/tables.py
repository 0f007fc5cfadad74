"""The tables of `ingest`. Raw mails are stored once, by the SHA-256 of their bytes (64 hexadecimal digits)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from shared.runtime import journal
from shared.runtime.database import NAMING, Json, UtcDateTime

metadata = MetaData(naming_convention=NAMING)

mailboxes = Table(
    "mailboxes", metadata,
    Column("name", String(40), primary_key=True),
    Column("folder", String(200), nullable=False),
    Column("uidvalidity", BigInteger),
    Column("last_uid", BigInteger, nullable=False),
    Column("since", UtcDateTime),
    Column("fence", BigInteger, nullable=False),
    Column("holder", String(401)),
    Column("leased_until", UtcDateTime),
    Column("wanted", Boolean, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("fault", Text, nullable=False),
    Column("looked_at", UtcDateTime),
)
raw_mails = Table(
    "raw_mails", metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
inbound_mails = Table(
    "inbound_mails", metadata,
    Column("inbound_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("mailbox", String(40), nullable=False),
    Column("folder", String(200), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("sha256", String(64), ForeignKey("raw_mails.sha256")),
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("message_id", String(500), nullable=False),
    Column("found_by", String(20), nullable=False),
    Column("thread_id", Uuid),
    Column("reason", Text, nullable=False),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "mailbox", "sha256"),
)
orders = Table(
    "orders", metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("reference", String(32), nullable=False),
    Column("customer_email", String(254), nullable=False),
    Column("customer_name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
)
threads = Table(
    "threads", metadata,
    Column("thread_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("conversation", String(50), nullable=False, unique=True),
    Column("order_id", Uuid, index=True),
    Column("order_reference", String(32)),
    Column("customer_email", String(254), nullable=False),
    Column("customer_name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("owner", String(100)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_mail", String(500), nullable=False),
    Column("chain", Json, nullable=False),
    Index(None, "shop", "opened_at"),
)
thread_messages = Table(
    "thread_messages", metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("thread_id", Uuid, ForeignKey("threads.thread_id"), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("author", String(254), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("mail_message_id", String(500), nullable=False),
    Index(None, "thread_id", "at"),
)
known_mails = Table(
    "known_mails", metadata,
    Column("shop", String(40), primary_key=True),
    Column("mail_message_id", String(500), primary_key=True),
    Column("conversation", String(50), nullable=False),
)
journal.into(metadata)
