"""Note by which event a shop, its pictures and the mails of its states are described, since events
may be handled in any order.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    for table in ("pictures", "shops", "state_mails"):
        op.add_column(
            table,
            sa.Column("sequence", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        )
    op.drop_column("shops", "as_of")
