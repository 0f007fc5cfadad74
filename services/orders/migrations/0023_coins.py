"""The smallest coin that what is paid in cash is rounded to: of a shop by currency, and of an
order.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only
from shared.runtime.storage.database import Json

revision, down_revision = "0023_coins", "0022_freed"
FIXED = [
    "order_id",
    "shop",
    "reference",
    "placed_at",
    "currency",
    "prices",
    "rounding_mode",
    "rounding_per",
    "coin",
]


def upgrade() -> None:
    op.add_column("shops", sa.Column("coins", Json))
    op.add_column(
        "orders", sa.Column("coin", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    append_only.release(op.get_bind(), "orders")
    append_only.keep(
        op.get_bind(), "orders", unique=[["order_id"], ["shop", "reference"]], fixed=FIXED
    )
