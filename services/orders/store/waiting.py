"""The orders that wait for stock, by shop and SKU. Read and write only with the stock locked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, delete, select

from services.orders.domain.backorder import Queue, Wait
from services.orders.store.catalogue import Key
from services.orders.store.tables import waiting
from shared.runtime.storage.database import among, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

Rows = dict[tuple[UUID, int], dict[str, Any]]


class Waiting(Store[Key, Queue]):
    """Queues of waiting orders by product, first come first served."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._before: dict[Key, Rows] = {}

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Queue]:
        where = among((waiting.c.shop, waiting.c.sku), keys)
        order = (waiting.c.since, waiting.c.order_id, waiting.c.position)
        found: dict[Key, list[Wait]] = {}
        for row in self.connection.execute(select(waiting).where(where).order_by(*order)):
            wait = Wait(row.since, row.order_id, row.position, row.quantity)
            found.setdefault((row.shop, row.sku), []).append(wait)
        return {key: tuple(sorted(queue)) for key, queue in found.items()}

    def preload(self, keys: Iterable[Key]) -> None:
        fresh = set(keys) - self._known.keys()
        super().preload(fresh)
        for key in fresh:
            self._before[key] = _rows(key, self._known[key] or ())

    def put(self, new: Mapping[Key, Queue], changed: Mapping[Key, Queue]) -> None:
        removed, added, edited = [], [], []
        for key, queue in sorted({**new, **changed}.items()):
            before, after = self._before[key], _rows(key, queue)
            for place, row in before.items():
                if place not in after:
                    removed.append(row)
            for place, row in after.items():
                if place not in before:
                    added.append(row)
                elif before[place] != row:
                    edited.append(row)
        self._delete(removed)
        write_rows(self.connection, waiting, added, edited)

    def queues_of(self, shop: str, orders: Collection[UUID]) -> dict[str, Queue]:
        """Return the queues of a shop, by SKU, in which some orders wait.

        Rows that are not known yet are locked: of two products that arrive at the same moment,
        exactly one is the last that an order waits for.
        """
        loaded = {**self._known, **self._pending}
        found: dict[str, Queue] = {}
        for (at, sku), queue in loaded.items():
            if at == shop:
                found[sku] = queue or ()
        for row in self.connection.execute(locking(self.connection, _of_orders(orders))):
            if row.shop == shop and (row.shop, row.sku) not in loaded:
                wait = Wait(row.since, row.order_id, row.position, row.quantity)
                found[row.sku] = (*found.get(row.sku, ()), wait)
        return found

    def _delete(self, removed: list[dict[str, Any]]) -> None:
        if not removed:
            return
        keys = ("shop", "sku", "order_id", "position")
        statement = delete(waiting)
        for key in keys:
            column = waiting.c[key]
            statement = statement.where(column == bindparam(f"v_{key}", type_=column.type))
        rows = [{f"v_{key}": row[key] for key in keys} for row in removed]
        self.connection.execute(statement, rows)


def _of_orders(order_ids: Collection[UUID]) -> Select[Any]:
    row = waiting.c
    query = select(waiting).where(row.order_id.in_(order_ids))
    return query.order_by(row.order_id, row.shop, row.sku, row.position)


def _rows(key: Key, queue: Queue) -> Rows:
    shop, sku = key
    rows = {}
    for wait in queue:
        rows[wait.order_id, wait.position] = {
            "shop": shop,
            "sku": sku,
            "order_id": wait.order_id,
            "position": wait.position,
            "since": wait.since,
            "quantity": wait.quantity,
        }
    return rows
