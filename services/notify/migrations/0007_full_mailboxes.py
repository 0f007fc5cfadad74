"""Suppressions that end of themselves, as those of full mailboxes."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import UtcDateTime

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    op.add_column("suppressions", sa.Column("until", UtcDateTime()))
