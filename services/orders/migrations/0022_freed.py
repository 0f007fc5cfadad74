"""What edits freed of a voucher that an order used."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0022_freed", "0021_due"


def upgrade() -> None:
    op.add_column(
        "cart_rule_uses",
        sa.Column("freed", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
