"""On which invoice a line stands, and what the next invoice of an order says beside its numbers."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008_editing", "0007_refunds"


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("invoice", sa.Uuid()))
    op.add_column(
        "orders",
        sa.Column("invoice_note", sa.String(2000), nullable=False, server_default=sa.text("''")),
    )
    _fill()


def _fill() -> None:
    """An order had one invoice at most, with all of its lines."""
    lines = sa.table(
        "order_lines", sa.column("order_id", sa.Uuid()), sa.column("invoice", sa.Uuid())
    )
    documents = sa.table(
        "documents",
        sa.column("order_id", sa.Uuid()),
        sa.column("document_id", sa.Uuid()),
        sa.column("kind"),
    )
    invoice = (
        sa.select(documents.c.document_id)
        .where(documents.c.order_id == lines.c.order_id, documents.c.kind == "invoice")
        .correlate(lines)
        .scalar_subquery()
    )
    op.execute(sa.update(lines).values(invoice=invoice))
