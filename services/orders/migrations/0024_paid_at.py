"""When a payment was received, and who recorded it."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import UtcDateTime

revision, down_revision = "0024_paid_at", "0023_coins"


def upgrade() -> None:
    op.add_column("payments", sa.Column("at", UtcDateTime))
    op.add_column(
        "payments", sa.Column("by", sa.String(100), nullable=False, server_default=sa.text("''"))
    )
