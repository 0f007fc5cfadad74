"""The results of attempts to send mails."""

from uuid import UUID

from sqlalchemy import Connection, select

from services.notify.domain.mail import Mail
from services.notify.domain.sending import Outcome
from services.notify.store.tables import attempts
from shared.contracts.notify import Attempt
from shared.runtime.storage.stores import Ledger


class Attempts(Ledger):
    """Rows per mail and attempt."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, attempts)

    def note(self, mail: Mail, outcome: Outcome) -> None:
        """Record the result of an attempt. If the server was not asked, there was no attempt."""
        if outcome.kind not in ("held", "suppressed"):
            self.add(
                mail_id=mail.mail_id,
                attempt=outcome.attempt,
                at=mail.changed_at,
                result=outcome.kind,
                reason=outcome.reason,
            )

    def of(self, mail_id: UUID) -> list[Attempt]:
        """Return the attempts of a mail, in order."""
        query = select(attempts).where(attempts.c.mail_id == mail_id).order_by(attempts.c.attempt)
        return [
            Attempt(attempt=row.attempt, at=row.at, result=row.result, reason=row.reason)
            for row in self.connection.execute(query)
        ]
