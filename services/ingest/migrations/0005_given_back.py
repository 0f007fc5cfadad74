"""What was given back for orders: it is not what a customer spent."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005_given_back", "0004_messages"


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("refunded", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
