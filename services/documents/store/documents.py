"""Stored documents: rows that are added and never changed. Triggers of the first migration enforce
that, not this code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, func, literal, select, tuple_

from services.documents.domain.document import BatchDocument, DocumentFilter, StoredDocument
from services.documents.store.tables import documents, order_names
from shared.contracts.cursor import Cursor
from shared.contracts.documents import DocumentView
from shared.runtime.storage import order_references
from shared.runtime.storage.database import fields_of
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import rows_by
from shared.runtime.storage.stores import Store
from shared.writing.days import day_of

FIELDS = [field.name for field in fields(StoredDocument)]
ORDER = (documents.c.issued_at, documents.c.document_id)
VIEW = [documents.c[name] for name in DocumentView.model_fields if name in documents.c]
ZONE = documents.c.snapshot[("shop", "timezone")].as_string().label("zone")
BATCH_COLUMNS = [documents.c[field.name] for field in fields(BatchDocument)]


class Documents(Store[UUID, StoredDocument]):
    """Documents by ID. Nothing is locked: a row that cannot change needs no lock."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, StoredDocument]:
        rows = rows_by(self.connection, documents.c.document_id, keys)
        return {row.document_id: StoredDocument(**row._mapping) for row in rows}

    def put(
        self, new: Mapping[UUID, StoredDocument], changed: Mapping[UUID, StoredDocument]
    ) -> None:
        kept = [*new.values(), *changed.values()]
        rows, named = [], []
        for each in kept:
            rows.append(_row(each))
            named.append((each.shop, each.snapshot.get("order_reference", ""), each.order_id))
        write_rows(self.connection, documents, rows)
        order_references.remember(self.connection, order_names, named)

    def orders(self, shop: str, wanted: str) -> list[UUID]:
        """Return the order with this ID or reference; nothing if no document has this reference."""
        return order_references.order_ids(self.connection, order_names, shop, wanted)

    def find_number(self, shop: str, kind: str, number: str) -> UUID | None:
        """Return the document that has this number, or None."""
        query = select(documents.c.document_id).where(
            documents.c.shop == shop, documents.c.kind == kind, documents.c.number == number
        )
        return self.connection.execute(query).scalar_one_or_none()

    def page(
        self, wanted: DocumentFilter, limit: int, after: Cursor | None = None
    ) -> list[DocumentView]:
        """Return documents that match the filter, without their bytes, newest first, after a
        cursor.
        """
        query = select(*VIEW, ZONE).where(*_conditions(wanted), *_older(after))
        rows = self.connection.execute(
            query.order_by(*(column.desc() for column in ORDER)).limit(limit)
        )
        return [_view(row) for row in rows]

    def count(self, wanted: DocumentFilter, after: Cursor | None = None) -> int:
        """Return how many documents match the filter, after a cursor."""
        query = select(func.count()).select_from(documents).where(*_conditions(wanted, after))
        return int(self.connection.execute(query).scalar_one())

    def batch(
        self, wanted: DocumentFilter, limit: int, after: Cursor | None = None
    ) -> list[BatchDocument]:
        """Return the documents to merge that match the filter, in the order of issue, after a
        cursor.
        """
        query = (
            select(*BATCH_COLUMNS).where(*_conditions(wanted, after)).order_by(*ORDER).limit(limit)
        )
        return [BatchDocument(**row._mapping) for row in self.connection.execute(query)]


def _conditions(wanted: DocumentFilter, after: Cursor | None = None) -> list[ColumnElement[bool]]:
    column = documents.c
    conditions: list[ColumnElement[bool]] = [column.shop == wanted.shop]
    if wanted.order_ids:
        conditions.append(column.order_id.in_(wanted.order_ids))
    if wanted.kinds:
        conditions.append(column.kind.in_(wanted.kinds))
    if wanted.issued_from:
        conditions.append(column.issued_at >= wanted.issued_from)
    if wanted.issued_before:
        conditions.append(column.issued_at < wanted.issued_before)
    if after:
        conditions.append(tuple_(*ORDER) > tuple_(*_last(after)))
    return conditions


def _older(than: Cursor | None) -> list[ColumnElement[bool]]:
    if than is None:
        return []
    return [tuple_(*ORDER) < tuple_(*_last(than))]


def _last(given: Cursor) -> list[BindParameter[Any]]:
    return [
        literal(given.at, documents.c.issued_at.type),
        literal(given.key, documents.c.document_id.type),
    ]


def _view(row: Any) -> DocumentView:
    shown = fields_of(row, (column.name for column in VIEW))
    return DocumentView(**shown, issued_on=day_of(row.issued_at, row.zone or "UTC"))


def _row(document: StoredDocument) -> dict[str, Any]:
    return fields_of(document, FIELDS)
