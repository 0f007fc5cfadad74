"""How long a voucher is valid that is given instead of money."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012_voucher_days", "0011_issued"


def upgrade() -> None:
    op.add_column("shops", sa.Column("voucher_days", sa.Integer()))
