"""Documents are found by the references of their orders."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0006", "0005"

DOCUMENTS = sa.table(
    "documents",
    sa.column("shop"),
    sa.column("snapshot", Json),
    sa.column("order_id", sa.Uuid()),
)


def upgrade() -> None:
    names = op.create_table(
        "order_references",
        sa.Column("shop", sa.String(40), primary_key=True),
        sa.Column("reference", sa.String(60), primary_key=True),
        sa.Column("order_id", sa.Uuid(), primary_key=True),
    )
    columns = ["shop", "reference", "order_id"]
    reference = DOCUMENTS.c.snapshot["order_reference"].as_string()
    op.execute(
        names.insert().from_select(
            columns,
            sa.select(DOCUMENTS.c.shop, reference, DOCUMENTS.c.order_id)
            .where(reference.is_not(None))
            .distinct(),
        )
    )
