"""Settings of a shop: contacts, predefined messages, desk options, and its profile."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, Table, delete, select

from services.ingest.store.tables import desks, shops
from shared.contracts.ingest import DeskOptions
from shared.contracts.message import Value
from shared.runtime.storage.database import among, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import ReadStore

Key = tuple[str, str]
"""Shop and key."""
D = TypeVar("D", bound=Value)


class Definitions(ReadStore[Key, D | None], Generic[D]):
    """Definitions of a shop by key; one saved as None is removed."""

    def __init__(self, connection: Connection, table: Table, kind: type[D]) -> None:
        super().__init__(connection)
        self.table, self.kind = table, kind
        self._whole: set[str] = set()

    def load(self, keys: Sequence[Key]) -> Mapping[Key, D | None]:
        return self._found(self._select(keys))

    def load_locked(self, keys: Sequence[Key]) -> Mapping[Key, D | None]:
        return self._found(locking(self.connection, self._select(keys)))

    def _select(self, keys: Sequence[Key]) -> Select[Any]:
        key = (self.table.c.shop, self.table.c.key)
        return select(self.table).where(among(key, keys)).order_by(*key)

    def _found(self, query: Select[Any]) -> dict[Key, D | None]:
        rows = self.connection.execute(query)
        return {(row.shop, row.key): self.kind.model_validate(row.definition) for row in rows}

    def put(self, new: Mapping[Key, D | None], changed: Mapping[Key, D | None]) -> None:
        write_rows(self.connection, self.table, _definitions(new), _definitions(changed))
        removed = [key for key, value in changed.items() if value is None]
        if removed:
            where = among((self.table.c.shop, self.table.c.key), removed)
            self.connection.execute(delete(self.table).where(where))

    def of(self, shop: str) -> dict[str, D]:
        """Return all definitions of a shop by key, including changes of the current message."""
        if shop not in self._whole:
            query = select(self.table.c.key).where(self.table.c.shop == shop)
            self.preload((shop, key) for key in self.connection.execute(query).scalars())
            self._whole.add(shop)
        found = {}
        for at, key in sorted({**self._known, **self._pending}):
            value = self.get((at, key))
            if at == shop and value is not None:
                found[key] = value
        return found


class Desks(ReadStore[str, DeskOptions]):
    """Desk options by shop."""

    def load(self, keys: Sequence[str]) -> Mapping[str, DeskOptions]:
        return self._found(_of_shops(desks, keys))

    def load_locked(self, keys: Sequence[str]) -> Mapping[str, DeskOptions]:
        return self._found(locking(self.connection, _of_shops(desks, keys)))

    def _found(self, query: Select[Any]) -> dict[str, DeskOptions]:
        rows = self.connection.execute(query)
        return {row.shop: DeskOptions.model_validate(row.options) for row in rows}

    def put(self, new: Mapping[str, DeskOptions], changed: Mapping[str, DeskOptions]) -> None:
        write_rows(self.connection, desks, _desk_rows(new), _desk_rows(changed))


@dataclass(frozen=True, slots=True)
class Shop:
    """The profile of a shop according to the event with number `sequence`."""

    name: str
    language: str
    timezone: str
    sequence: int


class Shops(ReadStore[str, Shop]):
    """Profiles by shop."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return self._found(_of_shops(shops, keys))

    def load_locked(self, keys: Sequence[str]) -> Mapping[str, Shop]:
        return self._found(locking(self.connection, _of_shops(shops, keys)))

    def _found(self, query: Select[Any]) -> dict[str, Shop]:
        rows = self.connection.execute(query)
        return {row.shop: Shop(row.name, row.language, row.timezone, row.sequence) for row in rows}

    def put(self, new: Mapping[str, Shop], changed: Mapping[str, Shop]) -> None:
        write_rows(self.connection, shops, _shop_rows(new), _shop_rows(changed))


def _of_shops(table: Table, keys: Sequence[str]) -> Select[Any]:
    return select(table).where(table.c.shop.in_(keys)).order_by(table.c.shop)


def _desk_rows(desks: Mapping[str, DeskOptions]) -> list[dict[str, Any]]:
    rows = []
    for shop, options in desks.items():
        rows.append({"shop": shop, "options": options.model_dump(mode="json")})
    return rows


def _shop_rows(shops: Mapping[str, Shop]) -> list[dict[str, Any]]:
    return [{"shop": key, **asdict(shop)} for key, shop in shops.items()]


def _definitions(values: Mapping[Key, Any]) -> list[dict[str, Any]]:
    rows = []
    for (shop, key), value in sorted(values.items()):
        if value is not None:
            definition = value.model_dump(mode="json")
            rows.append({"shop": shop, "key": key, "definition": definition})
    return rows
