"""Documents, which the database itself refuses to change or to drop."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime import migrations

revision, down_revision = "0001", None

SQLITE = (
    """CREATE TRIGGER documents_keep_update BEFORE UPDATE ON documents
    BEGIN SELECT RAISE(ABORT, 'a document is never changed'); END""",
    """CREATE TRIGGER documents_keep_delete BEFORE DELETE ON documents
    BEGIN SELECT RAISE(ABORT, 'a document is never deleted'); END""",
    # INSERT OR REPLACE deletes without asking the triggers above.
    """CREATE TRIGGER documents_keep_replace BEFORE INSERT ON documents
    WHEN EXISTS (SELECT 1 FROM documents AS kept WHERE kept.document_id = NEW.document_id
        OR (kept.shop = NEW.shop AND kept.kind = NEW.kind AND kept.number = NEW.number))
    BEGIN SELECT RAISE(ABORT, 'a document is never replaced'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION refuse_to_change_documents() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a document is never changed or deleted' USING ERRCODE = 'restrict_violation'; END $$""",
    """CREATE TRIGGER documents_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_documents()""",
)


def upgrade() -> None:
    connection = op.get_bind()
    _create_documents()
    for statement in POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
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
        sa.Column("snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("engine", sa.String(100), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("shop", "kind", "number", name="documents_number"),
    )
    op.create_index("documents_order", "documents", ["shop", "order_id"])
