"""Acts that must not be repeated are noted."""

from alembic import op

from shared.runtime.storage.migrations import create_acts

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    create_acts(op.get_bind())
