"""What ingest tells itself."""

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts import samples
from shared.contracts.message import Command


class FileMail(Command, name="mail.file", subject="inbound_id", internal=True):
    """Files one fetched mail into its thread."""

    example: ClassVar[dict[str, Any]] = {"inbound_id": samples.MAIL_ID}

    inbound_id: UUID
