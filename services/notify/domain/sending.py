"""When a mail may be sent, and what an attempt makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.notify.domain.commands import DeliverMail
from services.notify.domain.mail import Mail, Writer
from shared.contracts.message import Event
from shared.contracts.notify import MailDeferred, MailFailed, MailSent

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440))
"""Between attempts; four days in all. After the last the mail has failed."""

MOST_DOUBTS = 2
"""How often the answer to a whole mail may be lost. Each time the customer may have got it, so it is not asked often;
all copies bear the same Message-ID."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `unknown`: the mail was given away whole, and the server's answer never came."""

    kind: Literal["sent", "temporary", "permanent", "unknown"]
    reason: str
    attempt: int = 0


@dataclass(frozen=True)
class Recorded:
    """The mail after an attempt, what is told, and when it is tried again."""

    mail: Mail
    event: Event
    again_at: datetime | None = None


def readiness(mail: Mail, command: DeliverMail, at: datetime, lease: timedelta) -> Literal["now", "held", "over"]:
    """`held`: another process may be sending it; after the lease that one is given up for dead."""
    if mail.state == "claimed":
        return "held" if mail.claimed_at and at < mail.claimed_at + lease else "now"
    if mail.state in ("waiting", "queued"):
        return "now"  # one that waits is told to go at its limit only
    tried_again = mail.state in ("deferred", "unknown") and command.attempt > mail.attempts
    return "now" if tried_again else "over"


def claim(mail: Mail, attached: Sequence[str], writer: Writer, at: datetime) -> Mail:
    """Taken by one process for one attempt, with the documents `attached` (file names). Where one is missing, the limit
    of waiting is over, and the letter is written anew without it.
    """
    if mail.state == "waiting":
        mail = mail.rewritten(writer)
    attempts = mail.attempts + 1
    return replace(
        mail, state="claimed", attempts=attempts, attached=tuple(attached), claimed_at=at, changed_at=at
    )


def record(mail: Mail, outcome: Outcome, at: datetime) -> Recorded | None:
    """What the attempt means for the mail; None if that is known better already.

    Who was given up for dead and comes back late is believed when it did send, and not otherwise.
    """
    if outcome.kind == "sent":
        return None if mail.state == "sent" else _sent(mail, outcome, at)
    if mail.state != "claimed" or mail.attempts != outcome.attempt:
        return None
    doubts = mail.doubts + (outcome.kind == "unknown")
    mail = replace(mail, reason=outcome.reason, changed_at=at, doubts=doubts)
    again = outcome.kind != "permanent" and mail.attempts <= len(PAUSES) and doubts < MOST_DOUBTS
    return _deferred(mail, outcome, at) if again else _failed(mail, outcome)


def _sent(mail: Mail, outcome: Outcome, at: datetime) -> Recorded:
    mail = replace(mail, state="sent", reason=outcome.reason, changed_at=at)
    return Recorded(mail, MailSent(mail_id=mail.mail_id, mail=mail.view()))


def _deferred(mail: Mail, outcome: Outcome, at: datetime) -> Recorded:
    again_at = at + PAUSES[mail.attempts - 1]
    mail = replace(mail, state="unknown" if outcome.kind == "unknown" else "deferred")
    event = MailDeferred(mail_id=mail.mail_id, mail=mail.view(), reason=outcome.reason, again_at=again_at)
    return Recorded(mail, event, again_at)


def _failed(mail: Mail, outcome: Outcome) -> Recorded:
    mail = replace(mail, state="unknown" if outcome.kind == "unknown" else "failed")
    return Recorded(mail, MailFailed(mail_id=mail.mail_id, mail=mail.view(), reason=outcome.reason))
