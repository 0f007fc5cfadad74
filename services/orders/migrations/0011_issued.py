"""When a document was issued: corrections of it say so. Nobody kept that of those that were issued
before.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import UtcDateTime

revision, down_revision = "0011_issued", "0010_exemption"


def upgrade() -> None:
    op.add_column("documents", sa.Column("issued_at", UtcDateTime))
