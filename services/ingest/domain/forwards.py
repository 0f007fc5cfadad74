"""Threads that were mailed to an employee or someone else, to be answered by mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.ingest.domain.authentication import Verdict
from services.ingest.domain.mail import Mail
from shared.contracts.conversation import Conversation

LIFETIME = timedelta(days=30)
"""An employee's answer by mail goes to the customer within this time; a later one becomes a
note.
"""


@dataclass(frozen=True, slots=True)
class Forward:
    """A thread mailed to `email`. `forward_id`: the id of the note with the comment;
    `conversation`: that of the thread, which may have been merged since; `employee` is None for
    anyone else.
    """

    forward_id: UUID
    shop: str
    conversation: str
    email: str
    employee: str | None
    advice: bool
    at: datetime

    @property
    def home(self) -> Conversation:
        """Return the conversation of the thread."""
        return Conversation.parse(self.conversation)

    @property
    def answers_customer(self) -> bool:
        """Return whether the answer goes to the customer: an employee was asked for more than
        advice.
        """
        return self.employee is not None and not self.advice

    def is_answered_by(self, mail: Mail, verdict: Verdict) -> bool:
        """Return whether the recipient of the forward sent a mail."""
        return mail.certain and mail.sender == self.email.lower() and verdict != "fail"

    def is_over(self, at: datetime) -> bool:
        """Return whether an answer at that time is too late to go to the customer."""
        return at > self.at + LIFETIME
