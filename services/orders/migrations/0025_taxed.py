"""What exempt lines cost where they are taxed, and the rate for the tax in the seller's own
currency.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0025_taxed", "0024_paid_at"


def upgrade() -> None:
    op.add_column("orders", sa.Column("shipping_taxed", Json))
    op.add_column("orders", sa.Column("exchange_rate", Json))
    op.add_column("order_lines", sa.Column("taxed", Json))
