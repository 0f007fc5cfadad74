"""The files and the HTML of messages, in tables apart from the rows that are read often."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain.attachments import Attachment, ids_of
from services.ingest.store.tables import attachments, pages
from shared.runtime.storage.stores import Ledger


class AttachmentFiles(Ledger):
    """The bytes of attachments."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, attachments)

    def add_all(self, message_id: UUID, files: Sequence[Attachment]) -> None:
        """Record the files of a new message."""
        for attachment_id, file in zip(ids_of(message_id, files), files, strict=True):
            self.add(attachment_id=attachment_id, message_id=message_id, content=file.content)

    def message_of(self, attachment_id: UUID) -> UUID | None:
        """Return the message of a file."""
        query = select(attachments.c.message_id).where(attachments.c.attachment_id == attachment_id)
        return self.connection.execute(query).scalar_one_or_none()

    def content(self, attachment_id: UUID) -> bytes:
        """Return the bytes of a file. Raises `NoResultFound`."""
        query = select(attachments.c.content).where(attachments.c.attachment_id == attachment_id)
        return bytes(self.connection.execute(query).scalar_one())


class HtmlBodies(Ledger):
    """The sanitized HTML of messages."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, pages)

    def of(self, message_id: UUID) -> str:
        """Return the HTML of a message; empty where it has none."""
        query = select(pages.c.html).where(pages.c.message_id == message_id)
        return self.connection.execute(query).scalar_one_or_none() or ""
