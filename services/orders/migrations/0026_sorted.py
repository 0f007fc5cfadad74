"""Lists of orders sorted by every column, and found by numbers of documents, tracking number, phone
and company.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, insert
from shared.writing.search import sorting, words

revision, down_revision = "0026_sorted", "0025_taxed"

SORTING = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
AT_ONCE = 1000  # rows that are read and written together
INDEXED = (
    "shop customer_sorting placed_at order_id",
    "shop currency total placed_at order_id",
    "shop currency paid placed_at order_id",
)
ORDERS = sa.table(
    "orders",
    sa.column("shop"),
    sa.column("order_id", sa.Uuid()),
    sa.column("customer", Json),
    sa.column("tracking_number"),
    sa.column("delivery_address", Json),
    sa.column("invoice_address", Json),
    sa.column("customer_sorting"),
)
DOCUMENTS = sa.table(
    "documents", sa.column("shop"), sa.column("order_id", sa.Uuid()), sa.column("number")
)
WORDS = sa.table(
    "order_words",
    sa.column("shop"),
    sa.column("order_id", sa.Uuid()),
    sa.column("part"),
    sa.column("word"),
)


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("customer_sorting", SORTING, nullable=False, server_default=sa.text("''")),
    )
    _fill(op.get_bind())
    op.drop_index(op.f("ix_orders_shop_currency_total"), "orders")
    for columns in map(str.split, INDEXED):
        op.create_index(op.f(f"ix_orders_{'_'.join(columns)}"), "orders", columns)


def _fill(connection: sa.Connection) -> None:
    for orders in _read(connection, sa.select(ORDERS).order_by(ORDERS.c.order_id)):
        changed = sa.update(ORDERS).where(ORDERS.c.order_id == sa.bindparam("key", type_=sa.Uuid()))
        connection.execute(
            changed.values(customer_sorting=sa.bindparam("name")),
            [
                {"key": order.order_id, "name": sorting(order.customer["name"])[:200]}
                for order in orders
            ],
        )
        _add(connection, [row for order in orders for row in _order_words(order)])
    for documents in _read(connection, sa.select(DOCUMENTS).order_by(DOCUMENTS.c.order_id)):
        _add(
            connection,
            [
                {
                    "shop": document.shop,
                    "order_id": document.order_id,
                    "part": "document",
                    "word": word,
                }
                for document in documents
                for word in words(document.number)
            ],
        )


def _read(connection: sa.Connection, query: sa.Select) -> Iterator[Sequence[sa.Row]]:
    rows = connection.execute(query).all()
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _add(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(connection, WORDS).on_conflict_do_nothing(), rows)


def _order_words(order: sa.Row) -> Iterator[dict[str, Any]]:
    addresses = (order.delivery_address, order.invoice_address)
    texts = {
        "tracking": [order.tracking_number],
        "company": [each.get("company", "") for each in addresses],
        "phone": [ending for each in addresses for ending in _endings(each.get("phone", ""))],
    }
    for part, some in texts.items():
        for word in words(*some):
            yield {"shop": order.shop, "order_id": order.order_id, "part": part, "word": word}


def _endings(phone: str) -> Iterator[str]:
    groups = "".join(sign if sign.isdigit() else " " for sign in phone).split()
    for place in range(len(groups)):
        yield "".join(groups[place:])
        yield f"0{''.join(groups[place:])}"
