"""When a mail may be sent, and how an attempt changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.notify.domain.commands import DeliverMail
from services.notify.domain.mail import MAX_UNKNOWN_OUTCOMES, Mail, Writer
from shared.contracts.message import Event
from shared.contracts.notify import MailDeferred, MailFailed, MailSent, MailSuppressed

Kind = Literal["sent", "temporary", "rate", "permanent", "unknown", "held", "suppressed"]
WhenUnknown = Literal["once_more", "leave"]
HOUR = 60
LATE = (6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR)
PAUSES: Mapping[Kind, Sequence[int]] = {
    "temporary": (1, 5, 15, HOUR, 3 * HOUR, *LATE),
    "rate": (10, 30, HOUR, 2 * HOUR, 3 * HOUR, *LATE),
    "unknown": (15,) * 10,
}
"""Minutes between attempts, about four days in total; after the last one the mail has failed. The
pauses are longer for a server that asks us to slow down.
"""
MAX_ATTEMPTS = len(PAUSES["temporary"])


@dataclass(frozen=True)
class Outcome:
    """The result of an attempt. `unknown`: the mail was sent completely, but the server's answer
    never arrived. `held` (by our own limits, until `until`) and `suppressed`: the server was not
    asked.
    """

    kind: Kind
    reason: str
    attempt: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class RecordedAttempt:
    """The mail after an attempt, the event to publish, and the time of the next attempt, if any."""

    mail: Mail
    event: Event
    again_at: datetime | None = None


def readiness(
    mail: Mail, command: DeliverMail, at: datetime, lease: timedelta
) -> Literal["now", "held", "over"]:
    """Return whether a mail can be sent now. `held`: another process may be sending it; a claim
    older than the lease is considered lost.
    """
    if mail.state == "claimed":
        if mail.claimed_at and at < mail.claimed_at + lease:
            return "held"
        return "now"
    if mail.state in ("waiting", "queued"):
        return "now"  # a waiting mail gets a command only at its limit
    tried_again = (
        mail.state in ("deferred", "unknown")
        and not mail.finished
        and command.attempt > mail.attempts
    )
    return "now" if tried_again else "over"


def claim(mail: Mail, attached: Sequence[str], writer: Writer, at: datetime) -> Mail:
    """Return the mail claimed by one process for one attempt, with the file names `attached`. If
    documents are still missing, the waiting limit has passed: the mail is written anew without
    them.
    """
    if mail.missing:
        mail = mail.rewritten(writer)
    attempts = mail.attempts + 1
    return replace(
        mail,
        state="claimed",
        attempts=attempts,
        attached=tuple(attached),
        claimed_at=at,
        changed_at=at,
    )


def record(
    mail: Mail, outcome: Outcome, at: datetime, when_unknown: WhenUnknown = "once_more"
) -> RecordedAttempt | None:
    """Apply the outcome of an attempt. Return None if the mail already has a more certain state.

    An attempt with an expired claim is believed if it reports `sent`, and ignored otherwise.
    """
    if outcome.kind == "sent":
        return None if mail.state == "sent" else _sent(mail, outcome, at)
    if outcome.kind in ("held", "suppressed"):
        return (
            None if mail.finished or mail.state == "claimed" else _not_attempted(mail, outcome, at)
        )
    if mail.state != "claimed" or mail.attempts != outcome.attempt:
        return None
    # The customer may have got each of these copies, so there are few; all have the same
    # Message-ID.
    doubts = mail.doubts
    if outcome.kind == "unknown":
        doubts += 1 if when_unknown == "once_more" else MAX_UNKNOWN_OUTCOMES
    mail = replace(mail, reason=outcome.reason, changed_at=at, doubts=doubts)
    again = (
        outcome.kind != "permanent"
        and mail.attempts <= MAX_ATTEMPTS
        and mail.doubts < MAX_UNKNOWN_OUTCOMES
    )
    if again:
        return _retried_later(mail, outcome, at)
    return _failed(mail, outcome)


def _sent(mail: Mail, outcome: Outcome, at: datetime) -> RecordedAttempt:
    mail = replace(mail, state="sent", reason=outcome.reason, changed_at=at)
    return RecordedAttempt(mail, MailSent(mail_id=mail.mail_id, mail=mail.view()))


def _not_attempted(mail: Mail, outcome: Outcome, at: datetime) -> RecordedAttempt:
    mail = replace(mail, reason=outcome.reason, changed_at=at)
    if outcome.until is None:
        mail = replace(mail, state="suppressed")
        return RecordedAttempt(
            mail, MailSuppressed(mail_id=mail.mail_id, mail=mail.view(), reason=outcome.reason)
        )
    return _deferred_until(replace(mail, state="deferred"), outcome, outcome.until)


def _retried_later(mail: Mail, outcome: Outcome, at: datetime) -> RecordedAttempt:
    pause = timedelta(minutes=PAUSES[outcome.kind][mail.attempts - 1])
    if outcome.kind == "unknown":
        mail = replace(mail, state="unknown")
    else:
        mail = replace(mail, state="deferred")
    return _deferred_until(mail, outcome, at + pause)


def _deferred_until(mail: Mail, outcome: Outcome, until: datetime) -> RecordedAttempt:
    event = MailDeferred(
        mail_id=mail.mail_id, mail=mail.view(), reason=outcome.reason, again_at=until
    )
    return RecordedAttempt(mail, event, until)


def _failed(mail: Mail, outcome: Outcome) -> RecordedAttempt:
    if outcome.kind == "unknown":
        mail = replace(mail, state="unknown", doubts=max(mail.doubts, MAX_UNKNOWN_OUTCOMES))
    else:
        mail = replace(mail, state="failed")
    return RecordedAttempt(
        mail, MailFailed(mail_id=mail.mail_id, mail=mail.view(), reason=outcome.reason)
    )
