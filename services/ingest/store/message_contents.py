"""The files and the HTML of messages, apart from the rows that are read often. They go with their
message.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain.attachments import Attachment, ids_of
from services.ingest.store.tables import attachments, pages
from shared.runtime.storage.unit_of_work import Ledger


class Files(Ledger):
    """The bytes of attachments."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, attachments)

    def keep_all(self, message_id: UUID, files: Sequence[Attachment]) -> None:
        """Records the files of a new message."""
        for attachment_id, file in zip(ids_of(message_id, files), files, strict=True):
            self.add(attachment_id=attachment_id, message_id=message_id, content=file.content)

    def message_of(self, attachment_id: UUID) -> UUID | None:
        """The message that a file came with."""
        query = select(attachments.c.message_id).where(attachments.c.attachment_id == attachment_id)
        return self.connection.execute(query).scalar_one_or_none()

    def content(self, attachment_id: UUID) -> bytes:
        """The bytes. Raises `NoResultFound`."""
        query = select(attachments.c.content).where(attachments.c.attachment_id == attachment_id)
        return bytes(self.connection.execute(query).scalar_one())


class Pages(Ledger):
    """The HTML of messages, harmless."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, pages)

    def of(self, message_id: UUID) -> str:
        """The HTML of a message; empty where it has none."""
        query = select(pages.c.html).where(pages.c.message_id == message_id)
        return self.connection.execute(query).scalar_one_or_none() or ""
