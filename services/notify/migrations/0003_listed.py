"""Mails are listed by their age, a page at a time."""

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_index("ix_mails_ages", "mails", ["shop", "created_at", "position", "mail_id"])
