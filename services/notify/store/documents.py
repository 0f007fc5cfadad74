"""Documents that mails attach: a mail and the content that it waits for can arrive in any order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.mime import Attachment
from services.notify.store.tables import document_contents, expected_documents
from shared.runtime.storage.database import insert
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Ledger, Store


class ExpectedDocuments(Store[UUID, ExpectedDocument]):
    """Documents by ID. Every ID that is asked for gets a row, and that row is locked.

    Without a row there would be nothing to lock: a mail and its document, handled at the same time
    by two processes, would not see each other, and the mail would wait until its limit.
    """

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, ExpectedDocument]:
        named = [{"document_id": key, "awaited_by": []} for key in keys]
        self.connection.execute(
            insert(self.connection, expected_documents).on_conflict_do_nothing(), named
        )
        key = expected_documents.c.document_id
        rows = locked_by(self.connection, key, keys, key)
        found = {}
        for row in rows:
            awaited_by = tuple(map(UUID, row.awaited_by))
            found[row.document_id] = ExpectedDocument(row.filename, awaited_by)
        return found

    def put(
        self, new: Mapping[UUID, ExpectedDocument], changed: Mapping[UUID, ExpectedDocument]
    ) -> None:
        write_rows(self.connection, expected_documents, _rows(new.items()), _rows(changed.items()))


class DocumentContents(Ledger):
    """The bytes of documents, in a table apart from the rows that are locked often."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, document_contents)

    def read(self, keys: Iterable[UUID]) -> list[Attachment]:
        """Return the stored documents as attachments, in the order of `keys`."""
        keys = list(keys)
        if not keys:
            return []
        joined = expected_documents.join(document_contents)
        query = select(
            expected_documents.c.document_id,
            expected_documents.c.filename,
            document_contents.c.content,
        ).select_from(joined)
        rows = self.connection.execute(query.where(expected_documents.c.document_id.in_(keys)))
        found = {}
        for row in rows:
            found[row.document_id] = Attachment(row.document_id, row.filename, row.content)
        return list(filter(None, map(found.get, keys)))


def _rows(items: Iterable[tuple[UUID, ExpectedDocument]]) -> list[dict[str, Any]]:
    rows = []
    for key, document in items:
        row = {
            "document_id": key,
            "filename": document.filename,
            "awaited_by": list(map(str, document.awaited_by)),
        }
        rows.append(row)
    return rows
