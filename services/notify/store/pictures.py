"""Pictures of shops."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from services.notify.domain.pictures import Picture
from services.notify.store.tables import pictures
from shared.runtime.storage.database import fields_of, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

PictureKey = tuple[str, str]
"""Shop and name."""
REMOVED = Picture(b"", "", 0, 0, "")
FIELDS = ("content", "media_type", "width", "height", "description")


@dataclass(frozen=True)
class StoredPicture:
    """A picture according to the event with number `sequence`; a removed one is empty."""

    picture: Picture
    sequence: int


class Pictures(Store[PictureKey, StoredPicture]):
    """Pictures by key; rows are locked in the order of their keys."""

    def load(self, keys: Sequence[PictureKey]) -> Mapping[PictureKey, StoredPicture]:
        key = tuple_(pictures.c.shop, pictures.c.name)
        query = select(pictures).where(key.in_(keys)).order_by(*key.clauses)
        rows = self.connection.execute(locking(self.connection, query))
        found = {}
        for row in rows:
            picture = Picture(**fields_of(row, FIELDS))
            found[row.shop, row.name] = StoredPicture(picture, row.sequence)
        return found

    def put(
        self,
        new: Mapping[PictureKey, StoredPicture],
        changed: Mapping[PictureKey, StoredPicture],
    ) -> None:
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


def _rows(values: Mapping[PictureKey, StoredPicture]) -> list[dict[str, Any]]:
    rows = []
    for (shop, name), stored in values.items():
        key = {"shop": shop, "name": name, "sequence": stored.sequence}
        rows.append(key | fields_of(stored.picture, FIELDS))
    return rows
