"""Recipients in lower case, by which claims are counted and mails are listed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

MAILS = sa.table("mails", sa.column("recipient"), sa.column("recipient_key"))


def upgrade() -> None:
    op.add_column(
        "mails",
        sa.Column("recipient_key", sa.String(254), nullable=False, server_default=sa.text("''")),
    )
    op.execute(MAILS.update().values(recipient_key=sa.func.lower(MAILS.c.recipient)))
    with op.batch_alter_table("mails") as table:
        table.alter_column("recipient_key", server_default=None)
    op.drop_index("ix_mails_recipients", "mails")
    op.create_index("ix_mails_recipients", "mails", ["shop", "recipient_key", "claimed_at"])
