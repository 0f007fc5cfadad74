"""The notes that a shop has on its invoices."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.database import Json

revision, down_revision = "0018_invoice_notes", "0017_carriers"


def upgrade() -> None:
    op.add_column("shops", sa.Column("invoice_notes", Json))
