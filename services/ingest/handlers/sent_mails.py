"""Results of sent mails: their Message-IDs, failures and bounces."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from services.ingest.domain.commands import ForgetSubmission
from services.ingest.domain.thread import Thread, status_events
from services.ingest.handlers.contact_form import (
    file_undelivered_form,
    form_mailed_by,
    named_order,
    stored_forms,
    submissions_of,
    submitter,
    thread_of_form,
)
from services.ingest.store.customers import Key as CustomerKey
from services.ingest.store.submissions import Key as SubmissionKey
from services.ingest.store.threads import StoredMessage
from services.ingest.work import Work
from services.ingest.work.locks import CUSTOMERS, ORDERS, SUBMISSIONS, THREADS
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced, ThreadMessage
from shared.contracts.message import Event
from shared.contracts.notify import MailFailed, MailSent, MailSuppressed, MailView
from shared.runtime.handlers import Handlers, Later, any_of
from shared.runtime.storage.locks import Locks

service = Handlers[Work]()


ANSWERS = (
    "reply_msg",
    "order_merchant_comment",
)  # templates of employees' messages to a customer


CONFIRMED = "contact_form"  # the template of the confirmation of a contact form


FORWARDED = "forward_msg"  # the template of a forwarded thread


MAILER = "mail"  # named as the one who reopens a thread after a failed answer


UNKNOWN_BOUNCE_REASON = "The mail bounced."


BOUNCE_PERIOD = timedelta(days=7)  # mail servers give up after five days


Undelivered = MailFailed | MailSuppressed


def submission_of_mail(
    event: MailSent | Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[SubmissionKey]:
    """Return the submission that may be stored because of a mail."""
    return submissions_of(_conversation(event), at.shop, work)


def customer_of_form(
    event: Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[CustomerKey]:
    """Return the customer of a form that may become a thread after all."""
    for form in stored_forms(_conversation(event), at.shop, work):
        yield from submitter(form, at, work)


def order_of_form(event: Undelivered | MailBounced, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the order of a form that may become a thread after all."""
    for form in stored_forms(_conversation(event), at.shop, work):
        yield from named_order(form, at, work)


def thread_of_stored_form(
    event: Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the thread of a form that may become one after all."""
    for form in stored_forms(_conversation(event), at.shop, work):
        yield from thread_of_form(form, at, work)


def thread_of_mail(
    event: MailSent | Undelivered | MailBounced, _at: Envelope, _work: Work
) -> Iterable[UUID]:
    """Return the thread of a mail."""
    if isinstance(event, MailBounced):
        return [event.thread_id]
    return filter(None, [event.mail.thread_id])


def _conversation(event: MailSent | Undelivered | MailBounced) -> str:
    if isinstance(event, MailBounced):
        return event.conversation
    return event.mail.conversation


UNDELIVERED_MAIL: Locks[Undelivered | MailBounced, Work] = [
    CUSTOMERS.of(customer_of_form),
    SUBMISSIONS.of(submission_of_mail),
    ORDERS.of(order_of_form),
    THREADS.of(thread_of_stored_form),
    THREADS.of(thread_of_mail),
]
"""The locks for a mail that did not arrive: a form may become a thread because of it."""


@service.handles(MailSent, locks=[SUBMISSIONS.of(submission_of_mail), THREADS.of(thread_of_mail)])
def store_message_id(event: MailSent, work: Work) -> Iterable[Later]:
    """Record the conversation of a sent mail's Message-ID.

    An employee's answer gets its Message-ID, and ends the waiting if an earlier attempt failed.
    Later answers refer to the confirmation of a contact form as well. A form stored because of the
    mail is removed later, unless the mail bounces.
    """
    mail = event.mail
    work.known_mails.learn(work.shop, mail.mail_message_id, mail.conversation)
    thread = _thread_of(mail, work)
    if thread and mail.template in ANSWERS and not mail.copy_of:
        _record_answer(mail, thread, work)
    elif thread and mail.template == FORWARDED:
        if not mail.copy_of:
            _change_note(mail, work, undelivered="")
    elif thread:
        work.threads.save(thread.id, thread.with_sent_mail(mail.mail_message_id))
    held = form_mailed_by(mail.conversation, mail.recipient, work)
    return [_forget_later(held.submission_id, work)] if held else []


def _record_answer(mail: MailView, thread: Thread, work: Work) -> None:
    before = _change_answer(
        mail, thread, work, mail_message_id=mail.mail_message_id, undelivered=""
    )
    after = thread.with_sent_mail(mail.mail_message_id)
    if before and before.undelivered and not _is_wanted_since(before, thread, work):
        after = after.with_delivered_answer()
    work.threads.save(thread.id, after)


@service.handles(any_of(MailFailed, MailSuppressed), locks=UNDELIVERED_MAIL)
def note_failure(event: MailFailed | MailSuppressed, work: Work) -> Iterable[Event]:
    """Reopen the thread of an answer that was not sent, and mark a forward that was not sent. A
    form that could not be mailed to its contact becomes a thread.
    """
    mail = event.mail
    filed = file_undelivered_form(mail.conversation, mail.recipient, work)
    thread = _thread_of(mail, work)
    if thread is None or mail.template == CONFIRMED:
        return filed
    if mail.copy_of:
        _note_copy(mail, thread, work)
        return filed
    if mail.template == FORWARDED:
        if _change_note(mail, work, undelivered=event.reason, unread=True):
            work.threads.save(thread.id, thread.with_unread_note())
        return filed
    _change_answer(mail, thread, work, undelivered=event.reason)
    return [*filed, *_still_waits(thread, work)]


@service.handles(MailBounced, locks=UNDELIVERED_MAIL)
def note_bounce(event: MailBounced, work: Work) -> Iterable[Event]:
    """Mark an answer or a forward that bounced, permanently or not; a bounce opens no thread. A
    form becomes a thread if its mail to the contact bounced.
    """
    filed = file_undelivered_form(event.conversation, event.recipient, work)
    thread = work.current(event.thread_id)
    if thread is None:
        return filed
    answer = _note_of(event.conversation, work) or _answer_of(event.mail_message_id, thread, work)
    if answer is None or answer.message.undelivered:
        return filed
    forward = work.forwards.get(answer.message.message_id)
    recipient = forward.email if forward else thread.view.customer_email
    _change(answer, work, undelivered=_undelivered_reason(event, recipient), unread=True)
    work.threads.save(thread.id, thread.with_unread_note())
    return filed


def _answer_of(message_id: str, thread: Thread, work: Work) -> StoredMessage | None:
    """Return the employee's answer that a mail carried."""
    for stored in work.messages.all_of(thread.id):
        message = stored.message
        if message.direction == "employee" and message.mail_message_id == message_id:
            return stored
    return None


def _undelivered_reason(event: MailBounced, recipient: str) -> str:
    """Return why a mail did not reach its recipient, or may not have. A report about another
    address concerns one that the recipient's mail is forwarded to, or the recipient of a copy.
    """
    reason = event.reason or event.status or UNKNOWN_BOUNCE_REASON
    if recipient.lower() == event.recipient.lower():
        return reason
    about = "A mail server reports"
    if event.recipient:
        about = f"A mail server reports about {event.recipient}"
    return f"May not have arrived. {about}: {reason}"


def _thread_of(mail: MailView, work: Work) -> Thread | None:
    """Return the thread of an employee's answer, of a forward or of a confirmation; a merged thread
    is replaced by the one it was merged into.
    """
    if mail.thread_id is None or mail.template not in (*ANSWERS, CONFIRMED, FORWARDED):
        return None
    return work.current(mail.thread_id)


def _note_copy(mail: MailView, thread: Thread, work: Work) -> None:
    """Mark the latest message of which this copy did not arrive."""
    recipient = mail.recipient.lower()
    copied: list[StoredMessage] = []
    for stored in work.messages.all_of(thread.id):
        message = stored.message
        if recipient in map(str.lower, (*message.cc, *message.bcc)):
            copied.append(stored)
    if copied:
        latest = max(copied, key=lambda stored: stored.message.at)
        marks = sorted({*latest.message.marks, "copy_undelivered"})
        _change(latest, work, marks=marks, unread=True)
        work.threads.save(thread.id, thread.with_unread_note())


def _still_waits(thread: Thread, work: Work) -> Iterable[Event]:
    after = thread.unanswered(work.now)
    work.threads.save(thread.id, after)
    return status_events(thread, after, by=MAILER, at=work.now)


def _forget_later(submission_id: UUID, work: Work) -> Later:
    at, key = work.now + BOUNCE_PERIOD, f"submission/{work.shop}/{submission_id}"
    return Later(ForgetSubmission(submission_id=submission_id), at, key)


def _change_answer(
    mail: MailView, thread: Thread, work: Work, **changes: str
) -> ThreadMessage | None:
    """Change the answer that the mail carries, and return it as it was before.

    It has the mail's id; otherwise it is the oldest that has not arrived, preferably one that was
    not tried yet.
    """
    ids = [mail.mail_id, *(message.message_id for message in work.messages.of(thread.id))]
    unsent: list[StoredMessage] = []
    for stored in filter(None, map(work.messages.get, dict.fromkeys(ids))):
        if _is_unsent(stored.message):
            unsent.append(stored)
    if not unsent:
        return None
    answer = min(unsent, key=lambda stored: bool(stored.message.undelivered))
    _change(answer, work, **changes)
    return answer.message


def _change_note(mail: MailView, work: Work, **changes: object) -> bool:
    """Change the note of the forward that a mail carries; return whether anything changed."""
    stored = _note_of(mail.conversation, work)
    failed = "unread" in changes
    if stored is None or bool(stored.message.undelivered) == failed:
        return False
    _change(stored, work, **changes)
    return True


def _note_of(conversation: str, work: Work) -> StoredMessage | None:
    """Return the note of a forward by its conversation."""
    kind, _, key = conversation.partition("/")
    if kind != "forward":
        return None
    return work.message(UUID(key))


def _change(stored: StoredMessage, work: Work, **changes: object) -> None:
    work.messages.save(
        stored.message.message_id, stored.with_message(stored.message.model_copy(update=changes))
    )


def _is_unsent(message: ThreadMessage) -> bool:
    is_sent = message.mail_message_id and not message.undelivered
    return message.direction == "employee" and not (message.private or is_sent)


def _is_wanted_since(answer: ThreadMessage, thread: Thread, work: Work) -> bool:
    """Return whether the thread waits for more than this answer: the customer wrote after it, or
    another answer did not arrive.
    """
    for stored in work.messages.all_of(thread.id):
        other = stored.message
        if other.message_id == answer.message_id:
            continue
        if other.undelivered and not other.private:
            return True
        if other.direction == "customer" and other.kind == "personal" and other.at > answer.at:
            return True
    return False
