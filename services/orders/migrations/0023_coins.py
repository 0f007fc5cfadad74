"""The smallest coin that what is paid in cash is rounded to: of a shop by currency, and of an order."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.database import Json

revision, down_revision = "0023_coins", "0022_freed"


def upgrade() -> None:
    op.add_column("shops", sa.Column("coins", Json))
    op.add_column("orders", sa.Column("coin", sa.Integer(), nullable=False, server_default=sa.text("1")))
