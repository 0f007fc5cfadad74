"""Note by which event an order is described, since events may be handled in any order."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    for name in ("sequence", "state_sequence"):
        op.add_column(
            "orders", sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        )
