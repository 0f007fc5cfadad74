"""Note by which event a customer and a shop are described, as with orders."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    for table in ("customers", "shops"):
        op.add_column(
            table,
            sa.Column("sequence", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        )
    op.drop_column("shops", "as_of")
