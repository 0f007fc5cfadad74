"""Templates that shops replaced in their mails."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from services.notify.domain.branding import Branding, Replacement
from services.notify.store.tables import templates
from shared.runtime.storage.database import locking, write_rows
from shared.runtime.storage.stores import Store

Key = tuple[str, str, str]
"""Shop, kind and language; "" is for all languages."""


class Templates(Store[Key, Replacement]):
    """Templates by key; rows are locked in the order of their keys. An empty one means the built-in
    one.
    """

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Replacement]:
        where = tuple_(templates.c.shop, templates.c.kind, templates.c.language).in_(keys)
        query = (
            select(templates)
            .where(where)
            .order_by(templates.c.shop, templates.c.kind, templates.c.language)
        )
        rows = self.connection.execute(locking(self.connection, query))
        found = {}
        for row in rows:
            key = (row.shop, row.kind, row.language)
            found[key] = Replacement.model_validate(row.content)
        return found

    def put(self, new: Mapping[Key, Replacement], changed: Mapping[Key, Replacement]) -> None:
        write_rows(self.connection, templates, _rows(new.items()), _rows(changed.items()))

    def branding(self, shop: str) -> Branding:
        """Return all templates that a shop replaced, without its logo."""
        rows = self.connection.execute(select(templates).where(templates.c.shop == shop))
        parts = {}
        for row in rows:
            replacement = Replacement.model_validate(row.content)
            if replacement != Replacement():
                parts[row.kind, row.language] = replacement
        return Branding(parts)


def _rows(items: Iterable[tuple[Key, Replacement]]) -> list[dict[str, Any]]:
    return [
        {"shop": shop, "kind": kind, "language": language, "content": replacement.model_dump()}
        for (shop, kind, language), replacement in items
    ]
