"""The time zone of a shop is part of its profile, which papers and mails have; its calendar is
new.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision, down_revision = "0015_calendar", "0014_replaced"


def upgrade() -> None:
    json = sa.JSON().with_variant(JSONB(), "postgresql")
    shops = sa.table("shops", sa.column("shop"), sa.column("profile", json), sa.column("timezone"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(shops)).all():
        profile = row.profile | {"timezone": row.timezone}
        connection.execute(sa.update(shops).where(shops.c.shop == row.shop).values(profile=profile))
    op.drop_column("shops", "timezone")
    op.add_column(
        "shops",
        sa.Column("calendar", sa.String(10), nullable=False, server_default=sa.text("'gregorian'")),
    )
