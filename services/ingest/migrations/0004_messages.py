"""What mails bring along: files, HTML, what to fold and to know; and of fetched mails the sender,
kind and evidence.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0004_messages", "0003_looks"

EMPTY, NOTHING = sa.text("''"), sa.text("'[]'")


def upgrade() -> None:
    personal = sa.text("'personal'")
    op.add_column(
        "thread_messages", sa.Column("kind", sa.String(20), nullable=False, server_default=personal)
    )
    op.add_column(
        "thread_messages",
        sa.Column("formatted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in ("folds", "attachments", "marks"):
        op.add_column(
            "thread_messages", sa.Column(name, Json, nullable=False, server_default=NOTHING)
        )
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["thread_messages.message_id"],
            name=op.f("fk_attachments_message_id_thread_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"])
    op.create_table(
        "pages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["thread_messages.message_id"],
            name=op.f("fk_pages_message_id_thread_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_pages")),
    )
    op.add_column(
        "threads", sa.Column("participants", Json, nullable=False, server_default=NOTHING)
    )
    op.add_column("threads", sa.Column("related", sa.Uuid()))
    op.add_column(
        "inbound_mails", sa.Column("sender", sa.String(254), nullable=False, server_default=EMPTY)
    )
    op.add_column(
        "inbound_mails", sa.Column("kind", sa.String(20), nullable=False, server_default=EMPTY)
    )
    op.add_column(
        "inbound_mails", sa.Column("evidence", Json, nullable=False, server_default=NOTHING)
    )
    op.add_column(
        "inbound_mails",
        sa.Column("acknowledged", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_inbound_mails_mailbox_sender_fetched_at",
        "inbound_mails",
        ["mailbox", "sender", "fetched_at"],
    )
    op.create_index(
        "ix_inbound_mails_thread_id_fetched_at", "inbound_mails", ["thread_id", "fetched_at"]
    )
