"""The bytes of a document may lie in an object store."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.add_column(
        "documents",
        sa.Column("place", sa.String(500), nullable=False, server_default=sa.text("''")),
    )
