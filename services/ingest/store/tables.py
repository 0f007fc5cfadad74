"""The tables of `ingest`. The source of a mail is stored once, by its SHA-256 (64 hexadecimal
digits).
"""

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
    false,
    text,
)

from shared.runtime.storage import message_tables
from shared.runtime.storage.database import NAMING, Json, Minor, UtcDateTime

metadata = MetaData(naming_convention=NAMING)
# Defaults for rows inserted before the column.
EMPTY, ZERO, NOTHING = text("''"), text("0"), text("'[]'")
NO_CURRENCY = text("'XXX'")
Key = String(200).with_variant(String(200, collation="C"), "postgresql")
# Sorted by bytes, so that a prefix is a range.
Word = String(64).with_variant(String(64, collation="C"), "postgresql")

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
    Index(None, "shop", "email_key"),
)
shops = Table(
    "shops",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("definition", Json, nullable=False),
)
desks = Table(
    "desks",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("options", Json, nullable=False),
)
canned_messages = Table(
    "canned_messages",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("definition", Json, nullable=False),
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
)
submissions = Table(
    "submissions",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("submission_id", Uuid, primary_key=True),
    Column("conversation", String(50), nullable=False),
    Column("held", Json),
    Column("taken_at", UtcDateTime),
    Column("sender", String(64), nullable=False, server_default=EMPTY),
    Column("client", String(64), nullable=False, server_default=EMPTY),
    Index(None, "conversation"),
    Index(None, "shop", "sender", "taken_at"),
    Index(None, "shop", "client", "taken_at"),
)
threads = Table(
    "threads",
    metadata,
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
    Column("owner_key", Key),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_mail", String(500), nullable=False),
    Column("chain", Json, nullable=False),
    Column("contact", String(40)),
    Column("customer_id", String(64)),
    Column("sku", String(64)),
    Column("participants", Json, nullable=False, server_default=NOTHING),
    Column("copied", Json, nullable=False, server_default=NOTHING),
    Column("related", Uuid),
    Column("merged_into", Uuid),
    Column("unread", Integer, nullable=False, server_default=ZERO),
    Column("waits_since", UtcDateTime),
    Column("email_key", String(254), nullable=False, server_default=EMPTY),
    Column("customer_messages", Integer, nullable=False, server_default=ZERO),
    Column("employee_messages", Integer, nullable=False, server_default=ZERO),
    Column("answered_at", UtcDateTime),
    Column("first_response", BigInteger),
    Column("closed_at", UtcDateTime),
    Index(None, "shop", "opened_at", "thread_id"),
    Index(None, "shop", "status", "opened_at", "thread_id"),
    Index(None, "shop", "contact", "opened_at", "thread_id"),
    Index(None, "shop", "owner_key", "opened_at", "thread_id"),
    Index(None, "shop", "email_key"),
    Index(None, "shop", "customer_id"),
    Index(None, "shop", "waits_since"),
)
# Threads that were mailed to someone; their answers are distinguished from those of customers.
forwards = Table(
    "forwards",
    metadata,
    Column("forward_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("conversation", String(50), nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("employee", String(100)),
    Column("advice", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
thread_words = Table(
    "thread_words",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("word", Word, primary_key=True),
    Column("thread_id", Uuid, primary_key=True),
    Index(None, "thread_id"),
    sqlite_with_rowid=False,
)
thread_messages = Table(
    "thread_messages",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("thread_id", Uuid, ForeignKey("threads.thread_id"), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("author", String(254), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("unread", Boolean, nullable=False, server_default=false()),
    Column("mail_message_id", String(500), nullable=False),
    Column("undelivered", Text, nullable=False, server_default=text("''")),
    Column("kind", String(20), nullable=False, server_default=text("'personal'")),
    Column("folds", Json, nullable=False, server_default=NOTHING),
    Column("formatted", Boolean, nullable=False, server_default=false()),
    Column("attachments", Json, nullable=False, server_default=NOTHING),
    Column("marks", Json, nullable=False, server_default=NOTHING),
    Column("documents", Json, nullable=False, server_default=NOTHING),
    Column("cc", Json, nullable=False, server_default=NOTHING),
    Column("bcc", Json, nullable=False, server_default=NOTHING),
    Index(None, "thread_id", "at"),
)
attachments = Table(
    "attachments",
    metadata,
    Column("attachment_id", Uuid, primary_key=True),
    Column(
        "message_id",
        Uuid,
        ForeignKey("thread_messages.message_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("content", LargeBinary, nullable=False),
    Index(None, "message_id"),
)
pages = Table(
    "pages",
    metadata,
    Column(
        "message_id",
        Uuid,
        ForeignKey("thread_messages.message_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("html", Text, nullable=False),
)
known_mails = Table(
    "known_mails",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("mail_message_id", String(500), primary_key=True),
    Column("conversation", String(50), nullable=False),
)
message_tables.add_to(metadata)
