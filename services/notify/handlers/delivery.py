"""Sending mails: attempts, retries, resends and bounces."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.notify.domain import resend, sending, suppression
from services.notify.domain.commands import DeliverMail, SweepMails
from services.notify.domain.mail import Mail
from services.notify.domain.mime import OutgoingMail, pack
from services.notify.domain.sending import Outcome
from services.notify.domain.sending_limits import sendable_at
from services.notify.handlers.queue import QUEUE, Published, queue_mails, retry_later
from services.notify.store.suppressions import Key
from services.notify.work import DOCUMENTS, LIMITS, MAIL, MAILS, SUPPRESSIONS, Adapters, Work
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced
from shared.contracts.notify import (
    MailRequeued,
    ReleaseSuppression,
    ResendMail,
    SuppressionAdded,
    SuppressionReleased,
)
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.handlers import Handlers, Later, recorded

service = Handlers[Work]()

SWEEP_EVERY = timedelta(minutes=5)
NO_DELIVERY_FOR = timedelta(hours=6)
"""Longer than RabbitMQ takes to redeliver a message until its last attempt."""
MAX_SWEPT = 500


def limited(command: DeliverMail, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the mail, if there are limits."""
    if not work.rules.limits.any:
        return []
    return [command.mail_id]


def named_mail(message: DeliverMail | MailBounced, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the mail that a message is about."""
    return [message.mail_id]


def recipient(message: DeliverMail | MailBounced, _at: Envelope, work: Work) -> Iterable[Key]:
    """Return the address of the mail that a message is about."""
    mail = work.mails.get(message.mail_id)
    if mail is None:
        return []
    return [(mail.occasion.shop, mail.recipient.lower())]


def new_recipient(command: ResendMail, _at: Envelope, work: Work) -> Iterable[Key]:
    """Return the address that a mail is resent to."""
    mail = work.mails.get(command.mail_id)
    if mail is None:
        return []
    return [(mail.occasion.shop, (command.to or mail.recipient).lower())]


def documents_of_mail(command: ResendMail, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the documents of the mail that is resent."""
    return work.mails.document_ids([command.mail_id])


def released(command: ReleaseSuppression, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the address that mail may be sent to again."""
    return [(at.shop, command.email.lower())]


def claim_mail(command: DeliverMail, work: Work) -> OutgoingMail | Outcome | None:
    """Claim the mail for one attempt and build it; or return why the server is not asked."""
    mail = work.mails.get(command.mail_id)
    if mail is None:
        raise Unprocessable(f"there is no mail {command.mail_id}")
    if work.previous_claim_unstarted and mail.claimed_at == work.previous_claim_unstarted:
        mail = mail.with_claim_released()
        work.mails.save(mail.mail_id, mail)
    readiness = sending.readiness(mail, command, work.now, work.rules.lease)
    if readiness == "held":
        raise NotYet(f"mail {mail.mail_id} was claimed at {mail.claimed_at} and may be on its way")
    if readiness == "over":
        return None
    barrier = _barrier(mail, work)
    if barrier:
        if mail.state == "claimed":
            work.mails.save(
                mail.mail_id, mail.with_unknown_outcome()
            )  # else the recorded outcome would be ignored
        return barrier
    attachments = work.attachments(mail)
    claimed = sending.claim(
        mail, [attachment.filename for attachment in attachments], work.composer.writer, work.now
    )
    work.mails.save(mail.mail_id, claimed)
    pictures = work.pictures_of(claimed)
    return pack(claimed.content, attachments, claimed.attempts, mail.occasion.shop, pictures)


def send_mail(claimed: OutgoingMail | Outcome, adapters: Adapters) -> Outcome:
    """Send the mail over SMTP."""
    if isinstance(claimed, Outcome):
        return claimed
    return adapters.send(claimed)


def connections(adapters: Adapters) -> int:
    """Return over how many connections a thread sends mails at the same time."""
    return adapters.rules.connections


@service.handles(
    DeliverMail,
    claim=claim_mail,
    act=recorded(send_mail, Outcome, at_once=connections),
    locks=[LIMITS.of(limited), MAILS.of(named_mail), SUPPRESSIONS.of(recipient)],
)
def record_delivery(command: DeliverMail, work: Work, outcome: Outcome) -> Published:
    """Record the outcome of an attempt, and schedule the next one if that may help."""
    mail = work.mails.get(command.mail_id)
    recorded = sending.record(mail, outcome, work.now, work.rules.when_unknown) if mail else None
    if recorded is None:
        return ()
    work.mails.save(command.mail_id, recorded.mail)
    work.attempts.note(recorded.mail, outcome)
    if recorded.again_at is None:
        return [recorded.event]
    return [recorded.event, retry_later(recorded.mail, recorded.again_at)]


@service.handles(SweepMails)
def sweep_mails(_: SweepMails, work: Work) -> Published:
    """Queue mails with an expired claim again, and those that no command delivered."""
    stuck = work.mails.stuck(work.now - work.rules.lease, work.now - NO_DELIVERY_FOR, MAX_SWEPT)
    due = work.now + timedelta(seconds=1)
    called = [replace(retry_later(mail, due), shop=mail.occasion.shop) for mail in stuck]
    return [*called, Later(SweepMails(), work.now + SWEEP_EVERY, key="sweep")]


def first_sweep(work: Work) -> list[Later]:
    """Return the first sweep, when a worker starts."""
    return [Later(SweepMails(), work.now, key="sweep")]


@service.handles(
    ResendMail,
    on=MAIL,
    locks=[DOCUMENTS.of(documents_of_mail), *QUEUE, SUPPRESSIONS.of(new_recipient)],
)
def resend_mail(found: Mail, command: ResendMail, work: Work) -> Published | Reason:
    """Resend a mail as a new one, to its recipient or another address."""
    mail = found
    if not found.erased:
        mail = resend.readdressed(found, command.to)
    refusal = resend.objection(mail, suppressed=work.suppressed(mail) is not None)
    if refusal:
        return refusal
    fresh = resend.new_copy(mail, work.occasion, work.composer.writer)
    commands = queue_mails([fresh], work)
    queued = work.mails.get(fresh.mail_id) or fresh
    return [MailRequeued(mail_id=fresh.mail_id, mail=queued.view(), by=command.by), *commands]


@service.handles(MailBounced, locks=[MAILS.of(named_mail), SUPPRESSIONS.of(recipient)])
def note_bounce(event: MailBounced, work: Work) -> Published:
    """Record that a mail bounced, and suppress the address if it cannot get mail."""
    mail = work.mails.get(event.mail_id)
    if mail is None or not suppression.is_about(event, mail):
        return ()
    bounced, suppressed = suppression.bounce(mail, event, work.now, work.rules.mailbox_full)
    work.mails.save(mail.mail_id, bounced)
    known = work.suppressed(mail)
    if suppressed is None or (known and not suppressed.outlasts(known)):
        return ()
    work.suppressions.save((suppressed.shop, suppressed.address), suppressed)
    return [SuppressionAdded(**suppressed.view().model_dump())]


@service.handles(ReleaseSuppression, locks=[SUPPRESSIONS.of(released)])
def release_suppression(command: ReleaseSuppression, work: Work) -> Published | Reason:
    """Allow mail to an address again."""
    key = (work.shop, command.email.lower())
    known = work.suppressions.get(key)
    if known is None or not known.holds(work.now):
        return Reason(
            "not_suppressed", f"Mail to '{command.email}' is not suppressed.", field="email"
        )
    work.suppressions.save(key, replace(known, released=True))
    return [SuppressionReleased(email=known.address, by=command.by)]


def _barrier(mail: Mail, work: Work) -> Outcome | None:
    """Return why the mail is not sent now, or None."""
    known = work.suppressed(mail)
    if known:
        return Outcome("suppressed", f"Mail to this address came back: {known.reason}")
    until = sendable_at(work.rules.limits, work.recent_claims(mail))
    if until is None:
        return None
    return Outcome("held", "The sending limit is reached.", until=until)
