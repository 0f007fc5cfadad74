"""Pictures of shops."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from services.notify.domain.pictures import Picture
from services.notify.store.tables import pictures
from shared.runtime.storage.database import fields_of, locking, write_rows
from shared.runtime.storage.stores import Store

PictureKey = tuple[str, str]
"""Shop and name."""
REMOVED = Picture(b"", "", 0, 0, "")
FIELDS = ("content", "media_type", "width", "height", "description")


class Pictures(Store[PictureKey, Picture]):
    """Pictures by key; rows are locked in the order of their keys. A removed one is empty."""

    def load(self, keys: Sequence[PictureKey]) -> Mapping[PictureKey, Picture]:
        key = tuple_(pictures.c.shop, pictures.c.name)
        query = select(pictures).where(key.in_(keys)).order_by(*key.clauses)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.name): Picture(**fields_of(row, FIELDS)) for row in rows}

    def put(self, new: Mapping[PictureKey, Picture], changed: Mapping[PictureKey, Picture]) -> None:
        write_rows(self.connection, pictures, _rows(new), _rows(changed))

    def sizes(self, shop: str) -> dict[str, Picture]:
        """Return the pictures of a shop by name, without their content."""
        columns = [pictures.c[field] for field in ("name", *FIELDS) if field != "content"]
        rows = self.connection.execute(
            select(*columns).where(pictures.c.shop == shop, pictures.c.width > 0)
        )
        found = {}
        for row in rows:
            found[row.name] = Picture(b"", **fields_of(row, FIELDS[1:]))
        return found

    def read(self, shop: str, names: Collection[str]) -> dict[str, Picture]:
        """Return some pictures of a shop by name, with their content."""
        query = select(pictures).where(
            pictures.c.shop == shop, pictures.c.name.in_(names), pictures.c.width > 0
        )
        rows = self.connection.execute(query)
        return {row.name: Picture(**fields_of(row, FIELDS)) for row in rows}


def _rows(values: Mapping[PictureKey, Picture]) -> list[dict[str, Any]]:
    rows = []
    for (shop, name), picture in values.items():
        row: dict[str, Any] = {"shop": shop, "name": name}
        for field in FIELDS:
            row[field] = getattr(picture, field)
        rows.append(row)
    return rows
