"""The carriers and payment methods that a shop offers, in the place of refundable methods;
movements to be listed.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json

revision, down_revision = "0017_carriers", "0016_store_credit"

SHOPS = sa.table(
    "shops",
    sa.column("shop"),
    sa.column("refundable_methods", Json),
    sa.column("payment_methods", Json),
)


def upgrade() -> None:
    op.add_column("shops", sa.Column("carriers", Json))
    op.add_column("shops", sa.Column("payment_methods", Json))
    connection = op.get_bind()
    for row in connection.execute(sa.select(SHOPS.c.shop, SHOPS.c.refundable_methods)).all():
        methods = [
            {"name": name, "initial_state": "awaiting_bank_wire", "refundable": True, "cash": False}
            for name in row.refundable_methods or ()
        ]
        if methods:
            connection.execute(
                sa.update(SHOPS).where(SHOPS.c.shop == row.shop).values(payment_methods=methods)
            )
    op.drop_column("shops", "refundable_methods")
    op.create_index(op.f("ix_stock_movements_shop_number"), "stock_movements", ["shop", "number"])
    op.create_index(
        op.f("ix_stock_movements_shop_sku_number"), "stock_movements", ["shop", "sku", "number"]
    )
    op.create_index(op.f("ix_stock_movements_order_id"), "stock_movements", ["order_id"])
