"""Addresses that get no mail because mail to them bounced."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.mail import Mail
from shared.contracts.ingest import MailBounced
from shared.contracts.notify import SuppressionView


@dataclass(frozen=True)
class Suppression:
    """An address, in lower case. `released`: mail is sent again until the next bounce. `until`:
    when the suppression ends by itself, or None.
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
        """Return whether no mail is sent to the address now."""
        return not self.released and (self.until is None or at < self.until)

    def outlasts(self, other: "Suppression") -> bool:
        """Return whether this one ends after the other."""
        return other.until is not None and (self.until is None or self.until > other.until)


def is_about(event: MailBounced, mail: Mail) -> bool:
    """Return whether the bounce report is about this mail. Reports can be forged, but only by those
    that know the Message-ID.
    """
    return mail.content.message_id == event.mail_message_id


def bounce(
    mail: Mail, event: MailBounced, at: datetime, full_for: timedelta
) -> tuple[Mail, Suppression | None]:
    """Return the bounced mail, and the suppression that follows: permanent for an invalid address,
    `full_for` for a full mailbox. A report about another recipient suppresses nothing: the mail may
    not have arrived.
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
