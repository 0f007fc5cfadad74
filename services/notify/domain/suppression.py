"""Addresses that nothing is sent to, because mail to them came back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.mail import Mail
from shared.contracts.ingest import MailBounced
from shared.contracts.notify import SuppressionView


@dataclass(frozen=True)
class Suppression:
    """An address, in lower case. `released`: mail to it is sent again, until the next comes back.
    `until`: when it ends of itself; None where it does not.
    """

    shop: str
    address: str
    reason: str
    since: datetime
    mail_id: UUID
    released: bool = False
    until: datetime | None = None

    def view(self) -> SuppressionView:
        return SuppressionView(
            email=self.address,
            reason=self.reason,
            since=self.since,
            until=self.until,
            mail_id=self.mail_id,
        )

    def holds(self, at: datetime) -> bool:
        """Return whether nothing is sent to the address now."""
        return not self.released and (self.until is None or at < self.until)

    def outlasts(self, other: "Suppression") -> bool:
        """Return whether this one ends after the other."""
        return other.until is not None and (self.until is None or self.until > other.until)


def is_about(event: MailBounced, mail: Mail) -> bool:
    """Return whether the report is about this mail: anybody can write one who knows the
    Message-ID.
    """
    return mail.content.message_id == event.message_id


def bounce(
    mail: Mail, event: MailBounced, at: datetime, full_for: timedelta
) -> tuple[Mail, Suppression | None]:
    """Return the mail as one that came back, and the suppression that follows: for good where the
    address is dead, for `full_for` where its mailbox is full. A report about another recipient
    suppresses nobody: the mail may not have arrived.
    """
    reason = event.reason or event.status or "The mail came back."
    if mail.recipient.lower() != event.recipient.lower():
        about = event.recipient or "an address that it does not name"
        return (
            replace(
                mail, bounced=f"May not have arrived. A mail server reports about {about}: {reason}"
            ),
            None,
        )
    bounced = replace(mail, bounced=reason)
    if not (event.permanent or event.mailbox_full) or (event.mailbox_full and not full_for):
        return bounced, None
    until = at + full_for if event.mailbox_full else None
    suppressed = Suppression(
        mail.occasion.shop, mail.recipient.lower(), reason, at, mail.mail_id, until=until
    )
    return bounced, suppressed
