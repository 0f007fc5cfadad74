"""Shops' own states, orders that wait for stock, and what an order once reached."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime

revision, down_revision = "0003_states", "0002_law"

FLAGS = {
    "payment_accepted": "invoice attach_invoice valid paid",
    "remote_payment_accepted": "invoice valid paid",
    "backorder_unpaid": "backorder",
    "backorder_paid": "invoice valid paid backorder",
    "processing": "invoice valid delivery_slip",
    "shipped": "invoice valid delivery_slip shipped",
    "delivered": "invoice valid delivery_slip shipped",
    "cancelled": "restock",
}
"""What the states brought before this revision."""


def upgrade() -> None:
    op.add_column(
        "shops", sa.Column("backorders", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "shops", sa.Column("returns", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("orders", sa.Column("reached", sa.String(length=200), nullable=True))
    op.create_table(
        "states",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.PrimaryKeyConstraint("shop", "key", name=op.f("pk_states")),
    )
    op.create_table(
        "waiting",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_waiting_something_missing")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name=op.f("fk_waiting_order_id")
        ),
        sa.PrimaryKeyConstraint("shop", "sku", "order_id", "position", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_order_id"), "waiting", ["order_id"], unique=False)
    _fill_reached()


def _fill_reached() -> None:
    """From the history of the orders that there are."""
    connection = op.get_bind()
    orders = sa.table("orders", sa.column("order_id", sa.Uuid()), sa.column("reached", sa.String()))
    history = sa.table(
        "order_history", sa.column("order_id", sa.Uuid()), sa.column("state", sa.String())
    )
    reached: dict[object, set[str]] = {}
    for order_id, state in connection.execute(
        sa.select(history.c.order_id, history.c.state).distinct()
    ):
        reached.setdefault(order_id, set()).update(FLAGS.get(state, "").split())
    rows = [
        {"key": key, "flags": " ".join(sorted(flags))} for key, flags in reached.items() if flags
    ]
    if rows:
        statement = orders.update().where(orders.c.order_id == sa.bindparam("key", type_=sa.Uuid()))
        connection.execute(statement.values(reached=sa.bindparam("flags")), rows)
