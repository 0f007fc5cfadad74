"""The orders that wait for stock, by shop and SKU. Read and written only by who holds the lock of
the stock.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select

from services.orders.domain.backorder import Queue, Wait
from services.orders.store.catalogue import Key
from services.orders.store.tables import waiting
from shared.runtime.storage.database import among, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

Rows = dict[tuple[UUID, int], dict[str, Any]]


class Waiting(Store[Key, Queue]):
    """Queues by product."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._before: dict[Key, Rows] = {}

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Queue]:
        where = among((waiting.c.shop, waiting.c.sku), keys)
        order = (waiting.c.since, waiting.c.order_id, waiting.c.position)
        found: dict[Key, list[Wait]] = {}
        for row in self.connection.execute(select(waiting).where(where).order_by(*order)):
            found.setdefault((row.shop, row.sku), []).append(
                Wait(row.since, row.order_id, row.position, row.quantity)
            )
        return {key: tuple(sorted(queue)) for key, queue in found.items()}

    def preload(self, keys: Iterable[Key]) -> None:
        fresh = set(keys) - self._known.keys()
        super().preload(fresh)
        self._before.update({key: _rows(key, self._known[key] or ()) for key in fresh})

    def put(self, new: Mapping[Key, Queue], changed: Mapping[Key, Queue]) -> None:
        gone, fresh, other = [], [], []
        for key, queue in sorted({**new, **changed}.items()):
            before, after = self._before[key], _rows(key, queue)
            gone += [before[place] for place in before if place not in after]
            fresh += [after[place] for place in after if place not in before]
            other += [
                row for place, row in after.items() if place in before and before[place] != row
            ]
        self._forget(gone)
        write_rows(self.connection, waiting, fresh, other)

    def still(self, orders: Iterable[UUID]) -> set[UUID]:
        """Those of the orders that wait for any product. Their rows are locked: of two products
        that come in at the same moment, one is the last.
        """
        wanted = set(orders)
        query = select(waiting).where(waiting.c.order_id.in_(wanted))
        query = query.order_by(
            waiting.c.order_id, waiting.c.shop, waiting.c.sku, waiting.c.position
        )
        rows = self.connection.execute(locking(self.connection, query)).all() if wanted else []
        seen = {**self._known, **self._pending}
        found = {row.order_id for row in rows if (row.shop, row.sku) not in seen}
        return found | {
            wait.order_id
            for queue in seen.values()
            for wait in queue or ()
            if wait.order_id in wanted
        }

    def _forget(self, gone: list[dict[str, Any]]) -> None:
        keys = ("shop", "sku", "order_id", "position")
        where = [waiting.c[key] == bindparam(f"v_{key}", type_=waiting.c[key].type) for key in keys]
        if gone:
            rows = [{f"v_{key}": row[key] for key in keys} for row in gone]
            self.connection.execute(delete(waiting).where(*where), rows)


def _rows(key: Key, queue: Queue) -> Rows:
    shop, sku = key
    return {
        (wait.order_id, wait.position): {
            "shop": shop,
            "sku": sku,
            "order_id": wait.order_id,
            "position": wait.position,
            "since": wait.since,
            "quantity": wait.quantity,
        }
        for wait in queue
    }
