"""Mails are found by the references of their orders."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0008", "0007"

MAILS = sa.table(
    "mails", sa.column("shop"), sa.column("facts", Json), sa.column("order_id", sa.Uuid())
)


def upgrade() -> None:
    names = op.create_table(
        "order_references",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("reference", sa.String(60), primary_key=True),
        sa.Column("order_id", sa.Uuid(), primary_key=True),
    )
    columns = ["shop", "reference", "order_id"]
    reference = sa.func.coalesce(
        MAILS.c.facts[("order", "reference")].as_string(),
        sa.func.nullif(MAILS.c.facts["reference"].as_string(), ""),
    )
    op.execute(
        names.insert().from_select(
            columns,
            sa.select(MAILS.c.shop, reference, MAILS.c.order_id)
            .where(reference.is_not(None), MAILS.c.order_id.is_not(None))
            .distinct(),
        )
    )
