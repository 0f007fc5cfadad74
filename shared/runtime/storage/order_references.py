"""Store the references of orders, in services that have data about orders but not the orders."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Column, Connection, MetaData, String, Table, Uuid, select

from shared.contracts.references import uuid_of
from shared.runtime.storage.database import insert

Named = tuple[str, str, UUID]
"""The shop, reference and id of an order."""


def into(metadata: MetaData) -> Table:
    """Add the table to those of a service."""
    return Table(
        "order_references",
        metadata,
        Column("shop", String(40), primary_key=True),
        Column("reference", String(60), primary_key=True),
        Column("order_id", Uuid, primary_key=True),
    )


def remember(connection: Connection, table: Table, named: Iterable[Named]) -> None:
    """Store the references of orders; existing ones stay as they are."""
    rows = []
    for shop, reference, order_id in sorted(set(named)):
        if reference:
            rows.append({"shop": shop, "reference": reference, "order_id": order_id})
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


def order_ids(connection: Connection, table: Table, shop: str, wanted: str) -> list[UUID]:
    """Return the ids of the orders with an id or a reference; none for an unknown reference."""
    order_id = uuid_of(wanted)
    if order_id:
        return [order_id]
    query = select(table.c.order_id).where(
        table.c.shop == shop, table.c.reference == wanted.upper()
    )
    return list(connection.scalars(query))
