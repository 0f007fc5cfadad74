"""What the service tells itself."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import PositiveInt

from shared.contracts import samples
from shared.contracts.message import Command


class DeliverMail(Command, name="mail.deliver", subject="mail_id", internal=True):
    """Sends a mail, now. `attempt` counts from 1; a message for an attempt that was made already is
    out of date.
    """

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID, "attempt": 1}

    mail_id: UUID
    attempt: PositiveInt = 1


class SweepMails(Command, name="mail.sweep", internal=True):
    """Looks for mails that nobody is sending any more, now and again later."""
