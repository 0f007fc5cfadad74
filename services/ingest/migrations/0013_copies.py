"""What mails say, as a digest: a copy that came another way is known by it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013_copies", "0012_arrivals"


def upgrade() -> None:
    column = sa.Column("content", sa.String(64), nullable=False, server_default=sa.text("''"))
    op.add_column("inbound_mails", column)
    op.create_index("ix_inbound_mails_shop_message_id", "inbound_mails", ["shop", "message_id"])
