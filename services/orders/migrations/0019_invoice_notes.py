"""The notes that a shop has on its invoices."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0019_invoice_notes", "0018_shipped_at"


def upgrade() -> None:
    op.add_column("shops", sa.Column("invoice_notes", Json))
