"""Commands that the service sends to itself."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import PositiveInt

from shared.contracts import samples
from shared.contracts.message import Command


class DeliverMail(Command, name="mail.deliver", subject="mail_id", internal=True):
    """Send a mail now. `attempt` counts from 1; a command for an attempt already made
    is ignored.
    """

    example: ClassVar[dict[str, Any]] = {"mail_id": samples.MAIL_ID, "attempt": 1}

    mail_id: UUID
    attempt: PositiveInt = 1


class SweepMails(Command, name="mail.sweep", internal=True, periodic=True):
    """Queue mails again that no process is sending, and schedule the next sweep."""
