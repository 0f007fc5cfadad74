"""Customers: since when the shop knows them, and ids for their addresses."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime

revision, down_revision = "0027_addresses_of_customers", "0026_sorted"

AT_ONCE = 1000  # rows that are read and written together
CUSTOMERS = sa.table(
    "customers",
    sa.column("shop"),
    sa.column("customer_id"),
    sa.column("addresses", Json),
    sa.column("registered_at", UtcDateTime),
)
ORDERS = sa.table(
    "orders", sa.column("shop"), sa.column("customer_id"), sa.column("placed_at", UtcDateTime)
)
KEY = (CUSTOMERS.c.shop, CUSTOMERS.c.customer_id)


def upgrade() -> None:
    op.add_column("customers", sa.Column("registered_at", UtcDateTime))
    theirs = (ORDERS.c.shop == CUSTOMERS.c.shop) & (ORDERS.c.customer_id == CUSTOMERS.c.customer_id)
    first = sa.select(sa.func.min(ORDERS.c.placed_at)).where(theirs).scalar_subquery()
    op.execute(sa.update(CUSTOMERS).values(registered_at=first))
    connection = op.get_bind()
    rows = connection.execute(sa.select(*KEY, CUSTOMERS.c.addresses).order_by(*KEY)).all()
    changed = (
        sa.update(CUSTOMERS)
        .values(addresses=sa.bindparam("with_ids", type_=Json))
        .where(
            CUSTOMERS.c.shop == sa.bindparam("of_shop"),
            CUSTOMERS.c.customer_id == sa.bindparam("of_customer"),
        )
    )
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(
            changed,
            [
                {
                    "of_shop": row.shop,
                    "of_customer": row.customer_id,
                    "with_ids": [
                        address | {"address_id": str(uuid4())} for address in row.addresses
                    ],
                }
                for row in rows[start : start + AT_ONCE]
            ],
        )
