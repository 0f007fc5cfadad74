"""What was taken off an order, and off each of its lines."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only
from shared.runtime.storage.database import Json

revision, down_revision = "0005_discounts", "0004_questions"
ZERO = sa.text("0")


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("shipping_off", sa.BigInteger(), nullable=False, server_default=ZERO)
    )
    op.add_column(
        "order_lines", sa.Column("off", sa.BigInteger(), nullable=False, server_default=ZERO)
    )
    op.create_table(
        "order_discounts",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("discount_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(30), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("shares", Json, nullable=False),
        sa.Column("shipping_share", sa.BigInteger(), nullable=False),
        sa.Column("invoice", sa.Uuid()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_discounts")),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.order_id"],
            name=op.f("fk_order_discounts_order_id_orders"),
        ),
        sa.UniqueConstraint(
            "order_id", "discount_id", name=op.f("uq_order_discounts_order_id_discount_id")
        ),
    )
    key = ["order_id", "position"]
    append_only.keep(
        op.get_bind(),
        "order_discounts",
        unique=[key, ["order_id", "discount_id"]],
        fixed=[*key, "discount_id"],
    )
