"""When a form was taken, and digests of who sent it, so that forms are bounded."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import UtcDateTime

revision, down_revision = "0011_form_limits", "0010_enclosures"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("taken_at", UtcDateTime))
    for name in ("sender", "client"):
        column = sa.Column(name, sa.String(64), nullable=False, server_default=sa.text("''"))
        op.add_column("submissions", column)
        op.create_index(
            f"ix_submissions_shop_{name}_taken_at", "submissions", ["shop", name, "taken_at"]
        )
