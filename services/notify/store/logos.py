"""Logos by shop."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.notify.domain.logo import Logo
from services.notify.store.tables import logos
from shared.runtime.storage.database import fields_of, locking, write_rows
from shared.runtime.storage.stores import Store

NONE = Logo(b"", "", 0, 0, "")
"""The logo of a shop that removed its own."""
FIELDS = ("content", "media_type", "width", "height", "description")


class Logos(Store[str, Logo]):
    """Logos by shop; rows are locked in the order of the shops."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Logo]:
        query = select(logos).where(logos.c.shop.in_(keys)).order_by(logos.c.shop)
        rows = self.connection.execute(locking(self.connection, query))
        return {row.shop: _logo(row) for row in rows}

    def put(self, new: Mapping[str, Logo], changed: Mapping[str, Logo]) -> None:
        write_rows(self.connection, logos, _rows(new.items()), _rows(changed.items()))

    def of(self, shop: str) -> Logo | None:
        """Return the logo of a shop, or None."""
        row = self.connection.execute(select(logos).where(logos.c.shop == shop)).first()
        return _logo(row) if row and row.content else None


def _logo(row: Any) -> Logo:
    return Logo(**fields_of(row, FIELDS))


def _rows(items: Iterable[tuple[str, Logo]]) -> list[dict[str, Any]]:
    rows = []
    for shop, logo in items:
        row: dict[str, Any] = {"shop": shop}
        for name in FIELDS:
            row[name] = getattr(logo, name)
        rows.append(row)
    return rows
