"""Threads whose messages were put into another one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006_merged", "0005_given_back"


def upgrade() -> None:
    op.add_column("threads", sa.Column("merged_into", sa.Uuid()))
