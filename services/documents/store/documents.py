"""Kept documents: rows that are added and never changed. Triggers of the first migration hold that, not this code."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.documents.domain.document import KeptDocument
from services.documents.store.tables import documents
from shared.contracts.documents import DocumentView
from shared.runtime.database import write_rows
from shared.runtime.store import Store

FIELDS = [field.name for field in fields(KeptDocument)]
VIEW = [documents.c[name] for name in DocumentView.model_fields]


class Documents(Store[UUID, KeptDocument]):
    """Documents by their id. Nothing is locked: a row that cannot change needs no lock."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, KeptDocument]:
        rows = self.connection.execute(select(documents).where(documents.c.document_id.in_(keys)))
        return {row.document_id: KeptDocument(**row._mapping) for row in rows}

    def put(self, new: Mapping[UUID, KeptDocument], changed: Mapping[UUID, KeptDocument]) -> None:
        write_rows(self.connection, documents, [_row(document) for document in [*new.values(), *changed.values()]])

    def holder(self, shop: str, kind: str, number: str) -> UUID | None:
        """The document that has this number."""
        query = select(documents.c.document_id).where(
            documents.c.shop == shop, documents.c.kind == kind, documents.c.number == number
        )
        return self.connection.execute(query).scalar_one_or_none()

    def of_order(self, shop: str, order_id: UUID) -> list[DocumentView]:
        """The documents of an order without their bytes, oldest first."""
        query = select(*VIEW).where(documents.c.shop == shop, documents.c.order_id == order_id)
        rows = self.connection.execute(query.order_by(documents.c.issued_at, documents.c.kind, documents.c.number))
        return [DocumentView(**row._mapping) for row in rows]


def _row(document: KeptDocument) -> dict[str, Any]:
    return {name: getattr(document, name) for name in FIELDS}
