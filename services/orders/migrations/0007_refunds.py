"""Refunds, returns, and how long and by which methods a shop gives back."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only
from shared.runtime.storage.database import Json, UtcDateTime

revision, down_revision = "0007_refunds", "0006_vouchers"
INDEXED = (
    "shop requested_at return_id",
    "shop state requested_at return_id",
    "shop customer_id requested_at return_id",
)


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "refunded",
            sa.BigInteger(),
            sa.CheckConstraint(
                "refunded = 0 OR refunded <= paid", name=op.f("ck_orders_never_more_than_paid")
            ),
            nullable=False,
            server_default=sa.text("0"),
        ),
    )
    op.add_column(
        "shops",
        sa.Column("return_days", sa.Integer(), nullable=False, server_default=sa.text("14")),
    )
    op.add_column("shops", sa.Column("refundable_methods", Json))
    _refunds()
    _returns()
    part = ["order_id", "position"]
    granted = [
        "refund_id",
        "kind",
        "at",
        "by",
        "reason",
        "lines",
        "overpaid",
        "shipping_net",
        "shipping_tax",
        "method",
        "by_hand",
        "credit_slip_id",
        "credit_slip",
    ]
    append_only.keep(
        op.get_bind(), "refunds", unique=[part, ["order_id", "refund_id"]], fixed=[*part, *granted]
    )
    asked = ["return_id", "lines", "requested_at"]
    append_only.keep(
        op.get_bind(), "returns", unique=[part, ["order_id", "return_id"]], fixed=[*part, *asked]
    )


def _refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("shipping_net", sa.BigInteger(), nullable=False),
        sa.Column("shipping_tax", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("credit_slip_id", sa.Uuid()),
        sa.Column("credit_slip", sa.String(60), nullable=False),
        sa.Column("done_at", UtcDateTime),
        sa.Column("done_by", sa.String(100), nullable=False),
        sa.Column("transaction_id", sa.String(200), nullable=False),
        sa.Column("overpaid", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_refunds")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name=op.f("fk_refunds_order_id_orders")
        ),
        sa.UniqueConstraint("order_id", "refund_id", name=op.f("uq_refunds_order_id_refund_id")),
    )


def _returns() -> None:
    op.create_table(
        "returns",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("until", UtcDateTime),
        sa.Column("answer", sa.String(2000), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("refund_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_returns")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name=op.f("fk_returns_order_id_orders")
        ),
        sa.UniqueConstraint("order_id", "return_id", name=op.f("uq_returns_order_id_return_id")),
    )
    for columns in map(str.split, INDEXED):
        op.create_index(op.f(f"ix_returns_{'_'.join(columns)}"), "returns", columns)
