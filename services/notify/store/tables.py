"""The tables of `notify`."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
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

STATES = ("waiting", "queued", "claimed", "sent", "deferred", "failed", "suppressed", "unknown")

shops = Table(
    "shops", metadata,
    Column("shop", String(40), primary_key=True),
    Column("profile", Json, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
)

# A document has its row from when it is first named, by a mail or by its content: there the two meet.
papers = Table(
    "papers", metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("filename", String(250)),
    Column("awaited_by", Json, nullable=False),
)
paper_contents = Table(
    "paper_contents", metadata,
    Column("document_id", Uuid, ForeignKey("papers.document_id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

mails = Table(
    "mails", metadata,
    Column("mail_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("event_key", String(401), nullable=False),
    Column("recipient", String(254), nullable=False),
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
    UniqueConstraint("shop", "event_key", "recipient", "template"),
    CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="known_state"),
)

journal.into(metadata)
