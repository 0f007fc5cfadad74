"""Shops, papers and mails."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime
from shared.runtime.storage.migrations import create_journal

revision, down_revision = "0001", None


def upgrade() -> None:
    create_journal(op.get_bind())
    op.create_table(
        "shops",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("profile", Json, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("shop", name=op.f("pk_shops")),
    )
    op.create_table(
        "papers",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=250)),
        sa.Column("awaited_by", Json, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_papers")),
    )
    op.create_table(
        "paper_contents",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["papers.document_id"], name=op.f("fk_paper_contents_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_paper_contents")),
    )
    op.create_table(
        "mails",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("event_key", sa.String(length=401), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(length=60), nullable=False),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("thread_id", sa.Uuid()),
        sa.Column("message_id", sa.String(length=400), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("letter", Json, nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("missing", Json, nullable=False),
        sa.Column("attached", Json, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("claimed_at", UtcDateTime),
        sa.CheckConstraint(
            "state IN ('waiting', 'queued', 'claimed', 'sent', 'deferred', 'failed', 'suppressed',"
            " 'unknown')",
            name=op.f("ck_mails_known_state"),
        ),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mails")),
        sa.UniqueConstraint(
            "shop",
            "event_key",
            "recipient",
            "template",
            name=op.f("uq_mails_shop_event_key_recipient_template"),
        ),
    )
    for column in ("order_id", "thread_id", "message_id"):
        op.create_index(op.f(f"ix_mails_{column}"), "mails", [column])
