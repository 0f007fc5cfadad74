"""Templates that shops replaced in their mails."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_

from services.notify.domain.branding import Branding, Replacement
from services.notify.store.tables import templates
from shared.runtime.storage.database import locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store
from shared.runtime.storage.template_versions import TemplateKey


class StoredTemplate(NamedTuple):
    """A template as the shop set it, and the number of its changes."""

    replacement: Replacement
    version: int


class Templates(Store[TemplateKey, StoredTemplate]):
    """Templates by key; rows are locked in the order of their keys. An empty one means the built-in
    one.
    """

    def load(self, keys: Sequence[TemplateKey]) -> Mapping[TemplateKey, StoredTemplate]:
        where = tuple_(templates.c.shop, templates.c.template, templates.c.language).in_(keys)
        query = (
            select(templates)
            .where(where)
            .order_by(templates.c.shop, templates.c.template, templates.c.language)
        )
        rows = self.connection.execute(locking(self.connection, query))
        found = {}
        for row in rows:
            key = (row.shop, row.template, row.language)
            found[key] = StoredTemplate(Replacement.model_validate(row.content), row.version)
        return found

    def put(
        self,
        new: Mapping[TemplateKey, StoredTemplate],
        changed: Mapping[TemplateKey, StoredTemplate],
    ) -> None:
        write_rows(self.connection, templates, _rows(new.items()), _rows(changed.items()))

    def versions(self, shop: str) -> dict[tuple[str, str], int]:
        """Return the current version of each template of a shop, by name and language."""
        query = select(templates.c.template, templates.c.language, templates.c.version)
        rows = self.connection.execute(query.where(templates.c.shop == shop))
        return {(row.template, row.language): row.version for row in rows}

    def branding(self, shop: str) -> Branding:
        """Return all templates that a shop replaced, without its pictures."""
        rows = self.connection.execute(select(templates).where(templates.c.shop == shop))
        parts = {}
        for row in rows:
            replacement = Replacement.model_validate(row.content)
            if replacement != Replacement():
                parts[row.template, row.language] = replacement
        return Branding(parts)


def _rows(items: Iterable[tuple[TemplateKey, StoredTemplate]]) -> list[dict[str, Any]]:
    rows = []
    for (shop, name, language), template in items:
        row = {
            "shop": shop,
            "template": name,
            "language": language,
            "content": template.replacement.model_dump(),
            "version": template.version,
        }
        rows.append(row)
    return rows
