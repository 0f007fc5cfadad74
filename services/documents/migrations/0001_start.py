"""Create the tables of documents, and triggers that protect issued documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# SQLite counts by itself only in a column of type INTEGER
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_journal()
    _create_documents()
    _create_branding()
    _protect_rows()


def _create_journal() -> None:
    """Create the tables that every service has."""
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("refusal", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", "source", "period", name="pk_inbox"),
        postgresql_partition_by="LIST (period)",
    )
    if op.get_bind().dialect.name == "postgresql":  # the workers create and drop the others
        op.execute("CREATE TABLE inbox_default PARTITION OF inbox DEFAULT")
    else:
        op.create_index("ix_inbox_at", "inbox", ["at"])
    op.create_table(
        "outbox",
        sa.Column("number", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("partition", sa.SmallInteger(), nullable=False),
        sa.Column("route", sa.String(10), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300)),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_partition_number", "outbox", ["partition", "number"])
    op.create_table(
        "journal",
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.String(10), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300)),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("published_at", "number", name="pk_journal"),
    )
    op.create_table(
        "schedule",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_schedule"),
    )
    op.create_index("ix_schedule_due_at", "schedule", ["due_at"])
    op.create_table(
        "sequence",
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("last", IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sequence"),
    )
    op.create_table(
        "side_effects",
        sa.Column("type", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("type", "subject", name="pk_side_effects"),
    )
    op.create_index("ix_side_effects_claimed_at", "side_effects", ["claimed_at"])
    op.create_table(
        "redelivered",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_redelivered"),
    )
    op.create_index("ix_redelivered_at", "redelivered", ["at"])
    op.create_table(
        "access",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_access"),
    )
    op.create_table(
        "overflowing",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_overflowing"),
    )


def _create_documents() -> None:
    """Create documents and the references of their orders."""
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("filename", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("engine", sa.String(100), nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("rendered_at", TIME, nullable=False),
        sa.Column("place", sa.String(500), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("document_id", name="pk_documents"),
        sa.UniqueConstraint("shop", "kind", "number", name="uq_documents_shop_kind_number"),
    )
    op.create_index(
        "ix_documents_shop_issued_at_document_id", "documents", ["shop", "issued_at", "document_id"]
    )
    op.create_index("ix_documents_shop_order_id", "documents", ["shop", "order_id"])
    op.create_table(
        "order_references",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "reference", "order_id", name="pk_order_references"),
    )


def _create_branding() -> None:
    """Create templates and pictures of shops."""
    op.create_table(
        "templates",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "language", name="pk_templates"),
    )
    op.create_table(
        "assets",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", "name", name="pk_assets"),
    )


def _protect_rows() -> None:
    """Forbid to change or delete documents."""
    statements = POSTGRESQL if op.get_context().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement)


POSTGRESQL = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'rows of % cannot be changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER documents_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)
# `INSERT OR REPLACE` deletes without firing the trigger on DELETE, by any key and by the hidden
# rowid: an insert of a key that exists is refused.
SQLITE = (
    """
    CREATE TRIGGER documents_refuse_delete BEFORE DELETE ON documents
    BEGIN SELECT RAISE(ABORT, 'rows of documents cannot be changed or deleted'); END
    """,
    """
    CREATE TRIGGER documents_refuse_update BEFORE UPDATE ON documents
    BEGIN SELECT RAISE(ABORT, 'rows of documents cannot be changed or deleted'); END
    """,
    """
    CREATE TRIGGER documents_refuse_insert BEFORE INSERT ON documents
    WHEN EXISTS (
        SELECT 1 FROM documents AS existing WHERE (existing.document_id = NEW.document_id)
        OR (existing.shop = NEW.shop AND existing.kind = NEW.kind AND existing.number = NEW.number)
        OR (existing.rowid = NEW.rowid)
    )
    BEGIN SELECT RAISE(ABORT, 'rows of documents cannot be changed or deleted'); END
    """,
)
