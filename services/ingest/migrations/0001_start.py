"""Create the tables of ingest."""

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
    _create_mailboxes()
    _create_threads()
    _create_desk()
    _create_other_services()


def _bytewise(length: int) -> sa.types.TypeEngine[str]:
    """Return a text type that PostgreSQL sorts by bytes, as SQLite does: prefixes are ranges."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


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


def _create_mailboxes() -> None:
    """Create mailboxes and fetched mails."""
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger()),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("history_until", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("since", TIME),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(401)),
        sa.Column("leased_until", TIME),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault_code", sa.String(20), nullable=False, server_default=sa.text("''")),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("looked_at", TIME),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
    )
    op.create_table(
        "server_names",
        sa.Column("mailbox", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "name", name="pk_server_names"),
    )
    op.create_table(
        "raw_mails",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_raw_mails"),
    )
    op.create_table(
        "inbound_mails",
        sa.Column("inbound_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("mailbox", sa.String(40), nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", TIME, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("message_id", sa.String(500), nullable=False),
        sa.Column("found_by", sa.String(20), nullable=False),
        sa.Column("thread_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unfinished", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("sender", sa.String(254), nullable=False, server_default=sa.text("''")),
        sa.Column("kind", sa.String(20), nullable=False, server_default=sa.text("''")),
        sa.Column("evidence", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("acknowledged", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("content", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("inbound_id", name="pk_inbound_mails"),
        sa.UniqueConstraint(
            "mailbox",
            "folder",
            "uidvalidity",
            "uid",
            name="uq_inbound_mails_mailbox_folder_uidvalidity_uid",
        ),
        sa.ForeignKeyConstraint(["sha256"], ["raw_mails.sha256"], name="fk_inbound_mails_sha256"),
    )
    op.create_index(
        "ix_inbound_mails_mailbox_sender_arrived_at",
        "inbound_mails",
        ["mailbox", "sender", "arrived_at"],
    )
    op.create_index("ix_inbound_mails_mailbox_sha256", "inbound_mails", ["mailbox", "sha256"])
    op.create_index("ix_inbound_mails_shop_message_id", "inbound_mails", ["shop", "message_id"])
    op.create_index(
        "ix_inbound_mails_thread_id_arrived_at", "inbound_mails", ["thread_id", "arrived_at"]
    )
    op.create_index(
        "ix_inbound_mails_unfinished",
        "inbound_mails",
        ["mailbox"],
        sqlite_where=sa.text("unfinished"),
        postgresql_where=sa.text("unfinished"),
    )
    op.create_table(
        "known_mails",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("mail_message_id", sa.String(500), nullable=False),
        sa.Column("conversation", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("shop", "mail_message_id", name="pk_known_mails"),
    )


def _create_threads() -> None:
    """Create threads and their messages."""
    op.create_table(
        "threads",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("conversation", sa.String(50), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("order_reference", sa.String(32)),
        sa.Column("customer_email", sa.String(254), nullable=False),
        sa.Column("customer_name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(100)),
        sa.Column("owner_key", _bytewise(200)),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("last_mail", sa.String(500), nullable=False),
        sa.Column("chain", JSON, nullable=False),
        sa.Column("contact", sa.String(40)),
        sa.Column("customer_id", sa.String(64)),
        sa.Column("sku", sa.String(64)),
        sa.Column("participants", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("copied", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("related", sa.Uuid()),
        sa.Column("merged_into", sa.Uuid()),
        sa.Column("unread", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("waits_since", TIME),
        sa.Column("email_key", sa.String(254), nullable=False, server_default=sa.text("''")),
        sa.Column("customer_messages", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("employee_messages", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("answered_at", TIME),
        sa.Column("first_response", sa.BigInteger()),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("thread_id", name="pk_threads"),
        sa.UniqueConstraint("conversation", name="uq_threads_conversation"),
    )
    op.create_index("ix_threads_order_id", "threads", ["order_id"])
    op.create_index(
        "ix_threads_shop_contact_opened_at_thread_id",
        "threads",
        ["shop", "contact", "opened_at", "thread_id"],
    )
    op.create_index("ix_threads_shop_customer_id", "threads", ["shop", "customer_id"])
    op.create_index("ix_threads_shop_email_key", "threads", ["shop", "email_key"])
    op.create_index(
        "ix_threads_shop_opened_at_thread_id", "threads", ["shop", "opened_at", "thread_id"]
    )
    op.create_index(
        "ix_threads_shop_owner_key_opened_at_thread_id",
        "threads",
        ["shop", "owner_key", "opened_at", "thread_id"],
    )
    op.create_index(
        "ix_threads_shop_status_opened_at_thread_id",
        "threads",
        ["shop", "status", "opened_at", "thread_id"],
    )
    op.create_index("ix_threads_shop_waits_since", "threads", ["shop", "waits_since"])
    op.create_table(
        "thread_messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("author", sa.String(254), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("mail_message_id", sa.String(500), nullable=False),
        sa.Column("undelivered", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("kind", sa.String(20), nullable=False, server_default=sa.text("'personal'")),
        sa.Column("folds", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("formatted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("attachments", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("marks", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("documents", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("cc", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("bcc", JSON, nullable=False, server_default=sa.text("'[]'")),
        sa.PrimaryKeyConstraint("message_id", name="pk_thread_messages"),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.thread_id"], name="fk_thread_messages_thread_id"
        ),
    )
    op.create_index("ix_thread_messages_thread_id_at", "thread_messages", ["thread_id", "at"])
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachments"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["thread_messages.message_id"],
            name="fk_attachments_message_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"])
    op.create_table(
        "pages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_pages"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["thread_messages.message_id"],
            name="fk_pages_message_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "thread_words",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("word", _bytewise(64), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "word", "thread_id", name="pk_thread_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_words_thread_id", "thread_words", ["thread_id"])
    op.create_table(
        "forwards",
        sa.Column("forward_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("conversation", sa.String(50), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("employee", sa.String(100)),
        sa.Column("advice", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("forward_id", name="pk_forwards"),
    )
    op.create_index("ix_forwards_conversation", "forwards", ["conversation"])


def _create_desk() -> None:
    """Create what a shop sets up at its desk, and contact forms."""
    op.create_table(
        "desks",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_desks"),
    )
    op.create_table(
        "contacts",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop", "key", name="pk_contacts"),
    )
    op.create_table(
        "canned_messages",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop", "key", name="pk_canned_messages"),
    )
    op.create_table(
        "submissions",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("conversation", sa.String(50), nullable=False),
        sa.Column("held", JSON),
        sa.Column("taken_at", TIME),
        sa.Column("sender", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("client", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("shop", "submission_id", name="pk_submissions"),
    )
    op.create_index("ix_submissions_conversation", "submissions", ["conversation"])
    op.create_index(
        "ix_submissions_shop_client_taken_at", "submissions", ["shop", "client", "taken_at"]
    )
    op.create_index(
        "ix_submissions_shop_sender_taken_at", "submissions", ["shop", "sender", "taken_at"]
    )


def _create_other_services() -> None:
    """Create copies of what other services published."""
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.PrimaryKeyConstraint("shop", name="pk_shops"),
    )
    op.create_table(
        "customers",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("addresses", JSON, nullable=False),
        sa.Column("registered_at", TIME, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.PrimaryKeyConstraint("shop", "customer_id", name="pk_customers"),
    )
    op.create_index("ix_customers_shop_email_key", "customers", ["shop", "email_key"])
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("customer_email", sa.String(254), nullable=False),
        sa.Column("customer_name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("email_key", sa.String(254), nullable=False, server_default=sa.text("''")),
        sa.Column("placed_at", TIME),
        sa.Column("currency", sa.String(3), nullable=False, server_default=sa.text("'XXX'")),
        sa.Column("total", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("paid", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("refunded", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("state", sa.String(200), nullable=False, server_default=sa.text("''")),
        sa.Column("colour", sa.String(7), nullable=False, server_default=sa.text("''")),
        sa.Column("changed_at", TIME),
        sa.Column("valid", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state_labels", JSON, nullable=False, server_default=sa.text("'{}'")),
        sa.PrimaryKeyConstraint("order_id", name="pk_orders"),
    )
    op.create_index("ix_orders_shop_customer_id", "orders", ["shop", "customer_id"])
    op.create_index("ix_orders_shop_email_key", "orders", ["shop", "email_key"])
    op.create_index("ix_orders_shop_reference", "orders", ["shop", "reference"])
    op.create_table(
        "order_changes",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("labels", JSON, nullable=False, server_default=sa.text("'{}'")),
        sa.PrimaryKeyConstraint("change_id", name="pk_order_changes"),
    )
    op.create_index("ix_order_changes_order_id_at", "order_changes", ["order_id", "at"])
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_documents"),
    )
    op.create_index("ix_documents_shop_number", "documents", ["shop", "number"])
