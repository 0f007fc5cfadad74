"""Documents and copies of messages; what a customer wrote to a pending thread opens it."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0010_enclosures", "0009_acts"


def upgrade() -> None:
    for name in ("documents", "cc", "bcc"):
        op.add_column(
            "thread_messages", sa.Column(name, Json, nullable=False, server_default=sa.text("'[]'"))
        )
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(), primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
    )
    op.create_index("ix_documents_shop_number", "documents", ["shop", "number"])
    threads = sa.table(
        "threads",
        sa.column("status", sa.String),
        sa.column("unread", sa.Integer),
        sa.column("waits_since"),
    )
    waits = (
        threads.c.status.in_(["pending1", "pending2"]),
        threads.c.unread > 0,
        threads.c.waits_since.is_not(None),
    )
    op.execute(sa.update(threads).where(*waits).values(status="open"))
