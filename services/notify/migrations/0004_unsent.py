"""Mails that did not arrive, or not yet, are counted and swept without a look at all that were
sent.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    unsent = sa.text("state <> 'sent'")
    op.create_index(
        "ix_mails_unsent",
        "mails",
        ["state", "changed_at"],
        postgresql_where=unsent,
        sqlite_where=unsent,
    )
