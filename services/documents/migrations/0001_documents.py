"""Documents, which the database itself refuses to change or to drop."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime.storage import append_only, migrations

revision, down_revision = "0001", None


def upgrade() -> None:
    connection = op.get_bind()
    _create_documents()
    append_only.keep(connection, "documents", unique=[["document_id"], ["shop", "kind", "number"]])
    migrations.create_journal(connection)


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Uuid(), primary_key=True),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("filename", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("engine", sa.String(100), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("shop", "kind", "number", name="documents_number"),
    )
    op.create_index("documents_order", "documents", ["shop", "order_id"])
