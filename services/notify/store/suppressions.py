"""Suppressions by shop and address."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_

from services.notify.domain.suppression import Suppression
from services.notify.store.tables import suppressions
from shared.runtime.storage.database import locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

Key = tuple[str, str]
"""Shop, and an address in lower case."""


class Suppressions(Store[Key, Suppression]):
    """Suppressions by key; rows are locked in the order of their keys."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Suppression]:
        where = tuple_(suppressions.c.shop, suppressions.c.address).in_(keys)
        query = (
            select(suppressions).where(where).order_by(suppressions.c.shop, suppressions.c.address)
        )
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.address): Suppression(**row._mapping) for row in rows}

    def put(self, new: Mapping[Key, Suppression], changed: Mapping[Key, Suppression]) -> None:
        write_rows(self.connection, suppressions, _rows(new.values()), _rows(changed.values()))

    def of(self, shop: str, limit: int, at: datetime) -> list[Suppression]:
        """Return the active suppressions of a shop, newest first."""
        holds = or_(suppressions.c.until.is_(None), suppressions.c.until > at)
        query = select(suppressions).where(
            suppressions.c.shop == shop, ~suppressions.c.released, holds
        )
        rows = self.connection.execute(
            query.order_by(suppressions.c.since.desc(), suppressions.c.address).limit(limit)
        )
        return [Suppression(**row._mapping) for row in rows]


def _rows(values: Iterable[Suppression]) -> list[dict[str, Any]]:
    return [dict(vars(value)) for value in values]
