"""Nothing is deleted, and what is fixed stays; series per kind and year; rounding, fixed on the
order.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only
from shared.runtime.storage.database import Json

revision, down_revision = "0002_law", "0001"
SERIES = {
    "series": "main",
    "width": 6,
    "year": "none",
    "separator": "/",
    "yearly": False,
    "start": 0,
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("rounding_mode", sa.String(10), nullable=False, server_default="half_up"),
    )
    op.add_column(
        "orders", sa.Column("rounding_per", sa.String(10), nullable=False, server_default="total")
    )
    _give_shops_series()
    _count_per_kind_and_year()
    _keep()


def _give_shops_series() -> None:
    known = _take(
        "shops",
        sa.column("shop"),
        sa.column("profile", Json),
        sa.column("default_language"),
        sa.column("prefixes", Json),
    )
    shops = op.create_table(
        "shops",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("profile", Json, nullable=False),
        sa.Column("default_language", sa.String(35), nullable=False),
        sa.Column("numbering", Json, nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("rounding", Json, nullable=False),
        sa.Column("legal_years", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shop", name=op.f("pk_shops")),
    )
    op.bulk_insert(
        shops,
        [
            {
                "shop": row.shop,
                "profile": row.profile,
                "default_language": row.default_language,
                "numbering": {
                    kind: {"prefix": prefix, "rules": SERIES}
                    for kind, prefix in row.prefixes.items()
                },
                "timezone": "UTC",
                "rounding": {"mode": "half_up", "per": "total"},
                "legal_years": 10,
            }
            for row in known
        ],
    )


def _count_per_kind_and_year() -> None:
    known = _take("counters", sa.column("shop"), sa.column("series"), sa.column("last"))
    counters = op.create_table(
        "counters",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "series", "year", name=op.f("pk_counters")),
    )
    op.bulk_insert(
        counters,
        [
            {"shop": row.shop, "kind": row.series, "series": "main", "year": 0, "last": row.last}
            for row in known
        ],
    )


def _take(table: str, *columns: Any) -> list[Any]:
    """The rows of a table that is made anew; no other table refers to it."""
    rows = op.get_bind().execute(sa.select(*columns).select_from(sa.table(table))).all()
    op.drop_table(table)
    return list(rows)


def _keep() -> None:
    connection = op.get_bind()
    fixed = [
        "order_id",
        "shop",
        "reference",
        "placed_at",
        "currency",
        "prices",
        "rounding_mode",
        "rounding_per",
    ]
    append_only.keep(
        connection, "orders", unique=[["order_id"], ["shop", "reference"]], fixed=fixed
    )
    part = ["order_id", "position"]
    append_only.keep(connection, "order_lines", unique=[part], fixed=[*part, "sku"])
    append_only.keep(connection, "order_history", unique=[part])
    append_only.keep(connection, "payments", unique=[part, ["order_id", "payment_id"]])
    append_only.keep(connection, "documents", unique=[["document_id"], ["shop", "kind", "number"]])
    append_only.keep(connection, "stock_movements", unique=[["number"]])
    append_only.keep(connection, "stock", unique=[["shop", "sku"]], fixed=["shop", "sku"])
    key = ["shop", "kind", "series", "year"]
    append_only.keep(connection, "counters", unique=[key], fixed=key, never="NEW.last < OLD.last")
