"""When an order was shipped first: the date of supply on its invoices."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import UtcDateTime

revision, down_revision = "0018_shipped_at", "0017_carriers"


def upgrade() -> None:
    op.add_column("orders", sa.Column("shipped_at", UtcDateTime()))
