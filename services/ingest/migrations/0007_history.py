"""Up to where the mails of a folder were there before it was read."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007_history", "0006_merged"


def upgrade() -> None:
    op.add_column(
        "mailboxes",
        sa.Column("history_until", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
