"""Why nothing of an order is taxed."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0010_exemption", "0009_addresses"


def upgrade() -> None:
    op.add_column("orders", sa.Column("exemption", Json))
