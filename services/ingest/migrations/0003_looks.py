"""What is done with mails on the server afterwards, the names that POP3 servers give them, and
codes of faults.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003_looks", "0002_desk"


def upgrade() -> None:
    op.add_column(
        "mailboxes",
        sa.Column("fault_code", sa.String(20), nullable=False, server_default=sa.text("''")),
    )
    op.execute("UPDATE mailboxes SET fault_code = 'protocol' WHERE fault <> ''")
    op.add_column(
        "inbound_mails",
        sa.Column("unfinished", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_inbound_mails_unfinished",
        "inbound_mails",
        ["mailbox"],
        sqlite_where=sa.text("unfinished"),
        postgresql_where=sa.text("unfinished"),
    )
    op.create_table(
        "server_names",
        sa.Column("mailbox", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "name", name=op.f("pk_server_names")),
    )
