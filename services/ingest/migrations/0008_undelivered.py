"""Why an answer did not reach the customer."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008_undelivered", "0007_history"


def upgrade() -> None:
    column = sa.Column("undelivered", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column("thread_messages", column)
