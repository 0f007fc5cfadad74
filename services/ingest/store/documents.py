"""Issued documents, so that an employee can attach one by its number."""

from collections.abc import Sequence
from dataclasses import fields
from operator import itemgetter
from uuid import UUID

from sqlalchemy import func, or_, select

from services.ingest.domain.attachments_and_copies import KnownDocument
from services.ingest.store.tables import documents
from shared.runtime.storage.database import insert
from shared.runtime.storage.stores import Ledger

_COLUMNS = [documents.c[field.name] for field in fields(KnownDocument)]


class Documents(Ledger):
    """Documents by shop and number; a repeated event stores nothing more."""

    def write(self) -> None:
        if self._kept:
            adding = insert(self.connection, documents).on_conflict_do_nothing()
            # two batches with the same events would deadlock otherwise
            rows = sorted(self._kept, key=itemgetter("document_id"))
            self.connection.execute(adding, rows)

    def numbers(self, order_id: UUID) -> list[str]:
        """Return the numbers of an order's documents, sorted."""
        query = select(documents.c.number).where(documents.c.order_id == order_id)
        return list(self.connection.execute(query.order_by(documents.c.number)).scalars())

    def named(self, shop: str, names: Sequence[str]) -> list[KnownDocument]:
        """Return the stored documents of a shop that have one of these numbers or ids."""
        if not names:
            return []
        numbers = [name.strip().lower() for name in names]
        ids = list(filter(None, map(_id, names)))
        where = or_(func.lower(documents.c.number).in_(numbers), documents.c.document_id.in_(ids))
        rows = self.connection.execute(select(*_COLUMNS).where(documents.c.shop == shop, where))
        return [KnownDocument(**row._mapping) for row in rows]


def _id(name: str) -> UUID | None:
    try:
        return UUID(name.strip())
    except ValueError:
        return None
