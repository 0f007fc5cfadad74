"""Acts that must not be repeated are noted."""

from alembic import op

from shared.runtime.storage.migrations import create_acts

revision, down_revision = "0013_acts", "0012_voucher_days"


def upgrade() -> None:
    create_acts(op.get_bind())
