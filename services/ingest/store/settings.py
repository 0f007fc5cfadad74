"""What a shop set up: contacts, predefined messages, the options of its desk; and what is known of
the shop itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, delete, select

from services.ingest.store.tables import desks, shops
from shared.contracts.ingest import DeskOptions
from shared.contracts.message import Value
from shared.runtime.storage.database import among, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

Key = tuple[str, str]
"""Shop and key."""
D = TypeVar("D", bound=Value)


class Definitions(Store[Key, D | None], Generic[D]):
    """What a shop defines under keys of its own; what is saved as None is removed."""

    def __init__(self, connection: Connection, table: Table, kind: type[D]) -> None:
        super().__init__(connection)
        self.table, self.kind = table, kind
        self._whole: set[str] = set()

    def load(self, keys: Sequence[Key]) -> Mapping[Key, D | None]:
        query = select(self.table).where(among((self.table.c.shop, self.table.c.key), keys))
        rows = self.connection.execute(query)
        return {(row.shop, row.key): self.kind.model_validate(row.definition) for row in rows}

    def lock(self, key: Key) -> None:
        """Locks a definition that is to be changed, until the commit, and sees it as it is then."""
        if key in self._pending or key in self._kept:
            return
        query = select(self.table).where(among((self.table.c.shop, self.table.c.key), [key]))
        row = self.connection.execute(locking(self.connection, query)).one_or_none()
        self._known[key] = self.kind.model_validate(row.definition) if row else None
        if row:
            self._stored.add(key)

    def put(self, new: Mapping[Key, D | None], changed: Mapping[Key, D | None]) -> None:
        write_rows(self.connection, self.table, _definitions(new), _definitions(changed))
        removed = [key for key, value in changed.items() if value is None]
        if removed:
            where = among((self.table.c.shop, self.table.c.key), removed)
            self.connection.execute(delete(self.table).where(where))

    def of(self, shop: str) -> dict[str, D]:
        """All of a shop, by key, as this message sees them."""
        if shop not in self._whole:
            query = select(self.table.c.key).where(self.table.c.shop == shop)
            self.preload((shop, key) for key in self.connection.execute(query).scalars())
            self._whole.add(shop)
        keys = {key for at, key in {**self._known, **self._pending} if at == shop}
        found = {key: self.get((shop, key)) for key in sorted(keys)}
        return {key: value for key, value in found.items() if value is not None}


class Desks(Store[str, DeskOptions]):
    """The options of desks, by shop."""

    def load(self, keys: Sequence[str]) -> Mapping[str, DeskOptions]:
        rows = self.connection.execute(select(desks).where(desks.c.shop.in_(keys)))
        return {row.shop: DeskOptions.model_validate(row.options) for row in rows}

    def lock(self, shop: str) -> None:
        """Locks the options that are to be changed, until the commit, and sees them as they are
        then.
        """
        if shop in self._pending or shop in self._kept:
            return
        query = select(desks).where(desks.c.shop == shop)
        row = self.connection.execute(locking(self.connection, query)).one_or_none()
        self._known[shop] = DeskOptions.model_validate(row.options) if row else None
        if row:
            self._stored.add(shop)

    def put(self, new: Mapping[str, DeskOptions], changed: Mapping[str, DeskOptions]) -> None:
        def rows(values: Mapping[str, DeskOptions]) -> list[dict[str, Any]]:
            return [
                {"shop": shop, "options": options.model_dump(mode="json")}
                for shop, options in values.items()
            ]

        write_rows(self.connection, desks, rows(new), rows(changed))


@dataclass(frozen=True, slots=True)
class Shop:
    """What `orders` told of a shop at `as_of`."""

    name: str
    language: str
    as_of: datetime


class Shops(Store[str, Shop]):
    """Shops by key."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        rows = self.connection.execute(select(shops).where(shops.c.shop.in_(keys)))
        return {row.shop: Shop(row.name, row.language, row.as_of) for row in rows}

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        def rows(values: Mapping[str, Shop]) -> list[dict[str, Any]]:
            return [{"shop": key, **asdict(shop)} for key, shop in values.items()]

        write_rows(self.connection, shops, rows(new), rows(changed))


def _definitions(values: Mapping[Key, Any]) -> list[dict[str, Any]]:
    return [
        {"shop": shop, "key": key, "definition": value.model_dump(mode="json")}
        for (shop, key), value in sorted(values.items())
        if value is not None
    ]
