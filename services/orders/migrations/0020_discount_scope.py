"""The lines that a discount applies to, and what an invoice fixed of it."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0020_discount_scope", "0019_invoice_notes"


def upgrade() -> None:
    op.add_column("order_discounts", sa.Column("scope", Json))
    op.add_column("order_discounts", sa.Column("fixed", Json))
    _fill()


def _fill() -> None:
    """A discount that was given before keeps the lines that it took something off."""
    discounts = sa.table(
        "order_discounts",
        sa.column("order_id", sa.Uuid()),
        sa.column("position", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("shares", Json),
        sa.column("scope", Json),
    )
    connection = op.get_bind()
    given = sa.select(discounts).where(discounts.c.kind != "free_shipping")
    for row in connection.execute(given).all():
        lines = [number for number, part in enumerate(row.shares, start=1) if part]
        here = sa.and_(discounts.c.order_id == row.order_id, discounts.c.position == row.position)
        scope = {"lines": lines, "choices": [], "cheapest": False}
        connection.execute(sa.update(discounts).where(here).values(scope=scope))
