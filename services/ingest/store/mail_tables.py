"""Tables of mailboxes and of fetched mails. The source of a mail is stored once, by its SHA-256 (64
hexadecimal digits).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from services.ingest.store.table_metadata import EMPTY, NOTHING, metadata
from shared.runtime.storage.database import Json, UtcDateTime

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("folder", String(200), nullable=False),
    Column("uidvalidity", BigInteger),
    Column("last_uid", BigInteger, nullable=False),
    Column("history_until", BigInteger, nullable=False, server_default=text("0")),
    Column("since", UtcDateTime),
    Column("fence", BigInteger, nullable=False),
    Column("holder", String(401)),
    Column("leased_until", UtcDateTime),
    Column("wanted", Boolean, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("fault_code", String(20), nullable=False, server_default=text("''")),
    Column("fault", Text, nullable=False),
    Column("looked_at", UtcDateTime),
)
raw_mails = Table(
    "raw_mails",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
inbound_mails = Table(
    "inbound_mails",
    metadata,
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
    Column("unfinished", Boolean, nullable=False, server_default=false()),
    Column("sender", String(254), nullable=False, server_default=EMPTY),
    Column("kind", String(20), nullable=False, server_default=EMPTY),
    Column("evidence", Json, nullable=False, server_default=NOTHING),
    Column("acknowledged", Boolean, nullable=False, server_default=false()),
    Column("content", String(64), nullable=False, server_default=EMPTY),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "mailbox", "sha256"),
    Index(None, "shop", "message_id"),
    Index(None, "mailbox", "sender", "arrived_at"),
    Index(None, "thread_id", "arrived_at"),
)
Index(
    "ix_inbound_mails_unfinished",
    inbound_mails.c.mailbox,
    sqlite_where=inbound_mails.c.unfinished,
    postgresql_where=inbound_mails.c.unfinished,
)
server_names = Table(
    "server_names",
    metadata,
    Column("mailbox", String(40), primary_key=True),
    Column("name", String(300), primary_key=True),
    Column("uid", BigInteger, nullable=False),
)
known_mails = Table(
    "known_mails",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("mail_message_id", String(500), primary_key=True),
    Column("conversation", String(50), nullable=False),
)
