"""Addresses that nothing is sent to, because mail to them came back."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notify.domain.mail import Mail
from shared.contracts.ingest import MailBounced
from shared.contracts.notify import SuppressionView


@dataclass(frozen=True)
class Suppression:
    """An address, in lower case. `released`: mail to it is sent again, until the next comes back."""

    shop: str
    address: str
    reason: str
    since: datetime
    mail_id: UUID
    released: bool = False

    def view(self) -> SuppressionView:
        return SuppressionView(email=self.address, reason=self.reason, since=self.since, mail_id=self.mail_id)


def believe(event: MailBounced, mail: Mail) -> bool:
    """Whether the report can be one of this mail: anybody can write one who knows the Message-ID, so it must name that
    and the recipient.
    """
    return mail.letter.message_id == event.message_id and mail.recipient.lower() == event.recipient.lower()


def bounce(mail: Mail, event: MailBounced, at: datetime) -> tuple[Mail, Suppression | None]:
    """The mail came back; for good: its recipient gets nothing more."""
    reason = event.reason or event.status or "The mail came back."
    mail = replace(mail, bounced=reason)
    address = mail.recipient.lower()
    return mail, Suppression(mail.occasion.shop, address, reason, at, mail.mail_id) if event.permanent else None
