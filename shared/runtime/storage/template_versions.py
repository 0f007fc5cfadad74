"""Store every version of the templates of shops, in the services that have templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, select

from shared.contracts.reason import Reason
from shared.contracts.templates import TemplateVersion
from shared.runtime.storage.database import UtcDateTime
from shared.runtime.storage.stores import Ledger

TemplateKey = tuple[str, str, str]
"""Shop, name, and language ("" is for all)."""
PARTS = ("html", "css", "subject", "text")


def of_version(reason: Reason) -> Reason:
    """Return why a version cannot be restored: the command has the number of the version in place
    of its parts.
    """
    return reason.at("version_number") if reason.field in PARTS else reason


def into(metadata: MetaData) -> Table:
    """Add the table to those of a service."""
    return Table(
        "template_versions",
        metadata,
        Column("shop", String(40), primary_key=True),
        Column("template", String(60), primary_key=True),
        Column("language", String(35), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("html", Text, nullable=False),
        Column("css", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("by", String(100), nullable=False),
        Column("restored", Integer),
    )


@dataclass(frozen=True)
class StoredVersion:
    """A version and its content; parts that are empty are the built-in ones."""

    view: TemplateVersion
    parts: Mapping[str, str]


class TemplateVersions(Ledger):
    """The versions of templates; a version is added and never changed."""

    def add_version(
        self, key: TemplateKey, parts: Mapping[str, str], view: TemplateVersion
    ) -> None:
        """Record a version. `parts` are html, css, subject and text; a missing one is empty."""
        shop, name, language = key
        row = {part: parts.get(part, "") for part in PARTS}
        self.add(
            shop=shop,
            template=name,
            language=language,
            version=view.version_number,
            at=view.at,
            by=view.by,
            restored=view.restored,
            **row,
        )

    def find(self, key: TemplateKey, version: int) -> StoredVersion | None:
        """Return a stored version with its content, or None."""
        found = self._select(key, self.table.c.version == version, limit=1)
        if not found:
            return None
        return found[0]

    def newest_first(self, key: TemplateKey, before: int | None, limit: int) -> list[StoredVersion]:
        """Return the versions before a version, or all, at most `limit`."""
        if before is None:
            return self._select(key, limit=limit)
        return self._select(key, self.table.c.version < before, limit=limit)

    def _select(self, key: TemplateKey, *conditions: Any, limit: int) -> list[StoredVersion]:
        shop, name, language = key
        versions = self.table.c
        query = select(self.table).where(
            versions.shop == shop,
            versions.template == name,
            versions.language == language,
            *conditions,
        )
        rows = self.connection.execute(query.order_by(versions.version.desc()).limit(limit))
        return [_version(row) for row in rows]


def _version(row: Any) -> StoredVersion:
    parts = {part: getattr(row, part) for part in PARTS}
    view = TemplateVersion(
        version_number=row.version,
        at=row.at,
        by=row.by,
        built_in=not any(parts.values()),
        restored=row.restored,
    )
    return StoredVersion(view, parts)
