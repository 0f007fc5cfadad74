"""Acts that must not be repeated are noted."""

from alembic import op

from shared.runtime.storage.migrations import create_acts

revision, down_revision = "0009_acts", "0008_undelivered"


def upgrade() -> None:
    create_acts(op.get_bind())
