"""The tables of `notify`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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
    text,
)

from shared.runtime.storage import message_tables, order_references, template_versions
from shared.runtime.storage.database import NAMING, Json, UtcDateTime

metadata = MetaData(naming_convention=NAMING)

NOT_SENT = text("state <> 'sent'")
"""The condition as it is in the index; a bind parameter would hide the index from the planner."""
STATES = ("waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown")

shops = Table(
    "shops",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("profile", Json, nullable=False),
    Column("language", String(35), nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)

# Documents that mails attach. A row is added when a mail or the content first names a document.
expected_documents = Table(
    "papers",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("filename", String(250)),
    Column("awaited_by", Json, nullable=False),
)
document_contents = Table(
    "paper_contents",
    metadata,
    Column("document_id", Uuid, ForeignKey("papers.document_id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("mail_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("event_key", String(401), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("recipient_key", String(254), nullable=False),  # in lower case
    Column("template", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("conversation", String(60), nullable=False),
    Column("order_id", Uuid, index=True),
    Column("thread_id", Uuid, index=True),
    Column("message_id", String(400), nullable=False, index=True),
    Column("facts", Json, nullable=False),
    Column("letter", Json, nullable=False),
    Column("wanted", Json, nullable=False),
    Column("missing", Json, nullable=False),
    Column("attached", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("enclosed", Json, nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("resend_of", Uuid),
    Column("customer_id", String(64)),
    Column("customer_email", String(254), nullable=False),
    Column("bounced", Text, nullable=False),
    Index("ix_mails_ages", "shop", "created_at", "position", "mail_id"),
    Index("ix_mails_claims", "shop", "claimed_at"),
    Index("ix_mails_states", "shop", "state", "created_at"),
    Index("ix_mails_recipients", "shop", "recipient_key", "claimed_at"),
    Index("ix_mails_customers", "shop", "customer_id"),
    Index("ix_mails_customer_emails", "shop", "customer_email"),
    Index(
        "ix_mails_unsent", "state", "changed_at", postgresql_where=NOT_SENT, sqlite_where=NOT_SENT
    ),
    UniqueConstraint("shop", "event_key", "recipient", "template"),
    CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="known_state"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("mail_id", Uuid, ForeignKey("mails.mail_id"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("result", String(20), nullable=False),
    Column("reason", Text, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("address", String(254), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("mail_id", Uuid, nullable=False),
    Column("released", Boolean, nullable=False),
    Column("until", UtcDateTime),
)

# Templates that a shop replaced. `language` is empty for all languages.
templates = Table(
    "templates",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("template", String(60), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("content", Json, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),
)

# Pictures for a shop's mails; empty if the shop removed one.
pictures = Table(
    "pictures",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("description", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)

# The mails of states that a shop defined.
state_mails = Table(
    "state_mails",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("state", String(200), primary_key=True),
    Column("template", String(200), nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)

versions = template_versions.into(metadata)
order_names = order_references.into(metadata)
message_tables.add_to(metadata)
