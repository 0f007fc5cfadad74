"""The counters."""

from alembic import op

from tests.toy.service import tables

revision, down_revision = "0001", None


def upgrade() -> None:
    tables.create_all(op.get_bind())
