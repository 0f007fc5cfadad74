"""What ingest tells itself."""

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts import samples
from shared.contracts.message import Command


class FileMail(Command, name="mail.file", subject="inbound_id", internal=True):
    """Files one fetched mail into its thread."""

    example: ClassVar[dict[str, Any]] = {"inbound_id": samples.MAIL_ID}

    inbound_id: UUID


class ForgetSubmission(Command, name="submission.forget", subject="submission_id", internal=True):
    """Lets go of what was written by the contact form, and mailed: nothing came back of it."""

    example: ClassVar[dict[str, Any]] = {"submission_id": samples.MESSAGE_ID}

    submission_id: UUID
