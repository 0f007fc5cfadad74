"""Add combinations of products, and prices in other currencies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"
compatible_from = "0001"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("products", sa.Column("parent", sa.String(64)))
    op.add_column("products", sa.Column("details", JSON))
    op.add_column(
        "products", sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false())
    )
