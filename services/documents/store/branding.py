"""Templates and pictures of shops. No row is deleted: an empty one stands for the built-in one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, select, tuple_

from services.documents.domain.branding import Asset, Template
from services.documents.store.tables import assets, templates
from shared.runtime.storage.database import locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import ReadStore
from shared.runtime.storage.template_versions import TemplateKey

AssetKey = tuple[str, str]
"""Shop and name."""


class Templates(ReadStore[TemplateKey, Template]):
    """Templates of shops, by key."""

    def load(self, keys: Sequence[TemplateKey]) -> Mapping[TemplateKey, Template]:
        return self._found(_select_templates(keys))

    def load_locked(self, keys: Sequence[TemplateKey]) -> Mapping[TemplateKey, Template]:
        return self._found(locking(self.connection, _select_templates(keys)))

    def _found(self, query: Select[Any]) -> Mapping[TemplateKey, Template]:
        found = {}
        for row in self.connection.execute(query):
            found[row.shop, row.template, row.language] = Template(row.html, row.css, row.version)
        return found

    def put(
        self, new: Mapping[TemplateKey, Template], changed: Mapping[TemplateKey, Template]
    ) -> None:
        write_rows(self.connection, templates, _template_rows(new), _template_rows(changed))

    def of_shop(self, shop: str) -> list[tuple[str, str, Template]]:
        """Return name, language and content of each template that a shop replaced, sorted."""
        rows = self.connection.execute(
            select(templates)
            .where(templates.c.shop == shop)
            .order_by(templates.c.template, templates.c.language)
        )
        found = []
        for row in rows:
            if row.html or row.css:
                template = Template(row.html, row.css, row.version)
                found.append((row.template, row.language, template))
        return found


class Assets(ReadStore[AssetKey, Asset]):
    """Pictures of shops, by key."""

    def load(self, keys: Sequence[AssetKey]) -> Mapping[AssetKey, Asset]:
        return self._found(_select_assets(keys))

    def load_locked(self, keys: Sequence[AssetKey]) -> Mapping[AssetKey, Asset]:
        return self._found(locking(self.connection, _select_assets(keys)))

    def _found(self, query: Select[Any]) -> Mapping[AssetKey, Asset]:
        found = {}
        for row in self.connection.execute(query):
            found[row.shop, row.name] = Asset(row.content, row.media_type, row.description)
        return found

    def put(self, new: Mapping[AssetKey, Asset], changed: Mapping[AssetKey, Asset]) -> None:
        write_rows(self.connection, assets, _asset_rows(new), _asset_rows(changed))

    def of_shop(self, shop: str) -> dict[str, Asset]:
        """Return all pictures of a shop, by name."""
        rows = self.connection.execute(
            select(assets).where(assets.c.shop == shop).order_by(assets.c.name)
        )
        found = {}
        for row in rows:
            if row.content:
                found[row.name] = Asset(row.content, row.media_type, row.description)
        return found


def _select_templates(keys: Sequence[TemplateKey]) -> Select[Any]:
    key = tuple_(templates.c.shop, templates.c.template, templates.c.language)
    return select(templates).where(key.in_(keys)).order_by(*key.clauses)


def _select_assets(keys: Sequence[AssetKey]) -> Select[Any]:
    key = tuple_(assets.c.shop, assets.c.name)
    return select(assets).where(key.in_(keys)).order_by(*key.clauses)


def _template_rows(values: Mapping[TemplateKey, Template]) -> list[dict[str, Any]]:
    rows = []
    for (shop, name, language), template in values.items():
        rows.append({"shop": shop, "template": name, "language": language, **asdict(template)})
    return rows


def _asset_rows(values: Mapping[AssetKey, Asset]) -> list[dict[str, Any]]:
    rows = []
    for (shop, name), asset in values.items():
        rows.append(
            {
                "shop": shop,
                "name": name,
                "content": asset.content,
                "media_type": asset.media_type,
                "description": asset.description,
            }
        )
    return rows
