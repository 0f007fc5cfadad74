"""Commands that `ingest` sends to itself."""

from typing import Any, ClassVar
from uuid import UUID

from shared.contracts import samples
from shared.contracts.message import Command
from shared.contracts.refusals import codes


class FileMail(Command, name="mail.file", subject="inbound_id", internal=True):
    """File a fetched mail into its thread."""

    example: ClassVar[dict[str, Any]] = {"inbound_id": samples.MAIL_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_mail")

    inbound_id: UUID


class ForgetSubmission(Command, name="submission.forget", subject="submission_id", internal=True):
    """Remove the content of a contact form after its mail was sent and did not bounce."""

    example: ClassVar[dict[str, Any]] = {"submission_id": samples.MESSAGE_ID}

    submission_id: UUID
