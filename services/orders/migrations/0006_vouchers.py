"""Cart rules and vouchers, and what they choose products and customers by."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime

revision, down_revision = "0006_vouchers", "0005_discounts"


def upgrade() -> None:
    op.add_column("products", sa.Column("traits", Json, nullable=True))
    op.add_column("customers", sa.Column("groups", Json, nullable=True))
    op.create_table(
        "cart_rules",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=True),
        sa.Column("definition", Json, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cart_rules_counted")),
        sa.CheckConstraint(
            "uses IS NULL OR used <= uses", name=op.f("ck_cart_rules_never_overused")
        ),
        sa.PrimaryKeyConstraint("shop", "rule_id", name=op.f("pk_cart_rules")),
        sa.UniqueConstraint("shop", "code", name=op.f("uq_cart_rules_shop_code")),
    )
    op.create_index(op.f("ix_cart_rules_shop_customer_id"), "cart_rules", ["shop", "customer_id"])
    op.create_table(
        "cart_rule_uses",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("rest_id", sa.Uuid(), nullable=True),
        sa.Column("returned", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name=op.f("fk_cart_rule_uses_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", "rule_id", name=op.f("pk_cart_rule_uses")),
    )
    op.create_index(
        op.f("ix_cart_rule_uses_shop_rule_id_customer_id"),
        "cart_rule_uses",
        ["shop", "rule_id", "customer_id"],
    )
    op.create_index(
        op.f("ix_cart_rule_uses_shop_customer_id"), "cart_rule_uses", ["shop", "customer_id"]
    )
