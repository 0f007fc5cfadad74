"""Documents that replace others, and what the last delivery slip of an order says."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0014_replaced", "0013_acts"


def upgrade() -> None:
    op.add_column("documents", sa.Column("replaces", Json))
    op.add_column(
        "orders", sa.Column("slip_digest", sa.String(64), nullable=False, server_default="")
    )
