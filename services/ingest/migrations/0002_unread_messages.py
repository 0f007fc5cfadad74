"""Name the count of unread messages of a thread as its messages do."""

from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.alter_column("threads", "unread", new_column_name="unread_messages")
