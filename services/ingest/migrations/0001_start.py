"""Mailboxes, raw mails, threads with their messages, and what is known of orders and
Message-IDs.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime
from shared.runtime.storage.migrations import create_journal

revision, down_revision = "0001", None


def upgrade() -> None:
    create_journal(op.get_bind())
    op.create_table(
        "known_mails",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("mail_message_id", sa.String(length=500), nullable=False),
        sa.Column("conversation", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("shop", "mail_message_id", name=op.f("pk_known_mails")),
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=401), nullable=True),
        sa.Column("leased_until", UtcDateTime, nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("looked_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("customer_email", sa.String(length=254), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
    )
    op.create_table(
        "raw_mails",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_raw_mails")),
    )
    op.create_table(
        "threads",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=50), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("order_reference", sa.String(length=32), nullable=True),
        sa.Column("customer_email", sa.String(length=254), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("last_mail", sa.String(length=500), nullable=False),
        sa.Column("chain", Json, nullable=False),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_threads")),
        sa.UniqueConstraint("conversation", name=op.f("uq_threads_conversation")),
    )
    op.create_index(op.f("ix_threads_order_id"), "threads", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_threads_shop_opened_at"), "threads", ["shop", "opened_at"], unique=False
    )
    op.create_table(
        "inbound_mails",
        sa.Column("inbound_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("mailbox", sa.String(length=40), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", UtcDateTime, nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("found_by", sa.String(length=20), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["raw_mails.sha256"], name=op.f("fk_inbound_mails_sha256")
        ),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound_mails")),
        sa.UniqueConstraint(
            "mailbox",
            "folder",
            "uidvalidity",
            "uid",
            name=op.f("uq_inbound_mails_mailbox_folder_uidvalidity_uid"),
        ),
    )
    op.create_index(
        op.f("ix_inbound_mails_mailbox_sha256"),
        "inbound_mails",
        ["mailbox", "sha256"],
        unique=False,
    )
    op.create_table(
        "thread_messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("mail_message_id", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.thread_id"], name=op.f("fk_thread_messages_thread_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_thread_messages")),
    )
    op.create_index(
        op.f("ix_thread_messages_thread_id_at"),
        "thread_messages",
        ["thread_id", "at"],
        unique=False,
    )
