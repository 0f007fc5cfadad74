"""Rows to delete when a customer is erased."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from services.notify.store.tables import attempts, document_contents, suppressions
from shared.runtime.storage import message_tables, sequence


class Erasing:
    """Deletes bytes of documents, answers of mail servers (they repeat addresses) and
    suppressions.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[tuple[Table, ColumnElement[bool]]] = []
        self._kept: list[tuple[Table, ColumnElement[bool]]] = []

    def documents(self, keys: Iterable[UUID]) -> int:
        """Record that the bytes of these documents are to be deleted; return how many exist."""
        return self._add(document_contents, document_contents.c.document_id.in_(list(keys)))

    def attempts(self, mail_ids: Iterable[UUID]) -> int:
        """Record that all attempts to send these mails are to be deleted; return how many exist."""
        return self._add(attempts, attempts.c.mail_id.in_(list(mail_ids)))

    def suppressions(self, shop: str, emails: Iterable[str]) -> int:
        """Record that the suppressions of these addresses, and the sequence numbers of their
        events, are to be deleted; return how many suppressions exist.
        """
        addresses = [email.lower() for email in emails]
        subjects = [sequence.subject_of(shop, address) for address in addresses]
        counted = message_tables.sequence.c.subject.in_(subjects)
        self._add(message_tables.sequence, counted)
        return self._add(
            suppressions, (suppressions.c.shop == shop) & suppressions.c.address.in_(addresses)
        )

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        for table, where in self._kept:
            self.connection.execute(delete(table).where(where))

    def _add(self, table: Table, where: ColumnElement[bool]) -> int:
        self._pending.append((table, where))
        return int(
            self.connection.scalar(select(func.count()).select_from(table).where(where)) or 0
        )
