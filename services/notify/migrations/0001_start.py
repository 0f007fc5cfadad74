"""Create the tables of notify."""

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
    _create_shops()
    _create_documents()
    _create_mails()


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


def _create_shops() -> None:
    """Create shops and what belongs to them."""
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("profile", JSON, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_shops"),
    )
    op.create_table(
        "templates",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "language", name="pk_templates"),
    )
    op.create_table(
        "logos",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_logos"),
    )


def _create_documents() -> None:
    """Create documents that mails wait for or enclose."""
    op.create_table(
        "papers",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(250)),
        sa.Column("awaited_by", JSON, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_papers"),
    )
    op.create_table(
        "paper_contents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_paper_contents"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["papers.document_id"], name="fk_paper_contents_document_id"
        ),
    )


def _create_mails() -> None:
    """Create mails, their attempts and suppressed addresses."""
    op.create_table(
        "mails",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("event_key", sa.String(401), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("recipient_key", sa.String(254), nullable=False),
        sa.Column("template", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(60), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("thread_id", sa.Uuid()),
        sa.Column("message_id", sa.String(400), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("letter", JSON, nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("attached", JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("claimed_at", TIME),
        sa.Column("enclosed", JSON, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("resend_of", sa.Uuid()),
        sa.Column("customer_id", sa.String(64)),
        sa.Column("customer_email", sa.String(254), nullable=False),
        sa.Column("bounced", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name="pk_mails"),
        sa.UniqueConstraint(
            "shop",
            "event_key",
            "recipient",
            "template",
            name="uq_mails_shop_event_key_recipient_template",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'queued', 'claimed', 'sent', 'deferred', 'failed',"
            " 'suppressed', 'unknown')",
            name="ck_mails_known_state",
        ),
    )
    op.create_index("ix_mails_ages", "mails", ["shop", "created_at", "position", "mail_id"])
    op.create_index("ix_mails_claims", "mails", ["shop", "claimed_at"])
    op.create_index("ix_mails_customer_emails", "mails", ["shop", "customer_email"])
    op.create_index("ix_mails_customers", "mails", ["shop", "customer_id"])
    op.create_index("ix_mails_message_id", "mails", ["message_id"])
    op.create_index("ix_mails_order_id", "mails", ["order_id"])
    op.create_index("ix_mails_recipients", "mails", ["shop", "recipient_key", "claimed_at"])
    op.create_index("ix_mails_states", "mails", ["shop", "state", "created_at"])
    op.create_index("ix_mails_thread_id", "mails", ["thread_id"])
    op.create_index(
        "ix_mails_unsent",
        "mails",
        ["state", "changed_at"],
        sqlite_where=sa.text("state <> 'sent'"),
        postgresql_where=sa.text("state <> 'sent'"),
    )
    op.create_table(
        "attempts",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mail_id", "attempt", name="pk_attempts"),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.mail_id"], name="fk_attempts_mail_id"),
    )
    op.create_table(
        "suppressions",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("until", TIME),
        sa.PrimaryKeyConstraint("shop", "address", name="pk_suppressions"),
    )
    op.create_table(
        "order_references",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "reference", "order_id", name="pk_order_references"),
    )
