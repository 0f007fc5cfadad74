"""Events of other services: orders, customers, shops and documents for filing, and the fate of sent
mails.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from services.ingest.domain import customers, privacy
from services.ingest.domain.commands import ForgetSubmission
from services.ingest.domain.orders import KnownOrder, OrderChange, known_order
from services.ingest.domain.thread import Thread, derived_id, status_events, thread_id_of
from services.ingest.handlers.contact_form import (
    file_undelivered_form,
    held_by,
    held_forms,
    named_order,
    submissions_of,
    submitter,
    thread_of_form,
)
from services.ingest.store.customers import Key as CustomerKey
from services.ingest.store.shop_settings import Shop
from services.ingest.store.submissions import Key as SubmissionKey
from services.ingest.store.threads import StoredMessage
from services.ingest.work import CUSTOMERS, ORDERS, SHOPS, SUBMISSIONS, THREADS, Work
from shared.contracts.conversation import Conversation
from shared.contracts.documents import DocumentRendered
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced, ThreadMessage
from shared.contracts.message import Event
from shared.contracts.notify import MailFailed, MailSent, MailSuppressed, MailView
from shared.contracts.orders import (
    CustomerChanged,
    OrderCustomerChanged,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    PaymentRecorded,
    PaymentRefunded,
    PaymentReversed,
    ShopChanged,
)
from shared.runtime.handlers import Handlers, Later, any_of
from shared.runtime.storage.locks import Locks

service = Handlers[Work]()
Repriced = OrderEdited | OrderDiscounted | OrderShippingChanged | OrderExemptionChanged
Priced = Repriced | PaymentRecorded | PaymentReversed

ANSWERS = (
    "reply_msg",
    "order_merchant_comment",
)  # templates of employees' messages to a customer
CONFIRMED = "contact_form"  # the template of the confirmation of a contact form
FORWARDED = "forward_msg"  # the template of a forwarded thread
MAILER = "mail"  # named as the one who reopens a thread after a failed answer
CAME_BACK = "The mail bounced."
MAY_COME_BACK = timedelta(days=7)  # mail servers give up after five days


AboutOrder = OrderPlaced | OrderTransitioned | PaymentRefunded | Priced | OrderCustomerChanged
Undelivered = MailFailed | MailSuppressed


def order_of(event: AboutOrder, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the order of an event."""
    return [event.order_id]


def thread_of_order(event: OrderCustomerChanged, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread of an order."""
    return [thread_id_of(Conversation("order", event.order_id))]


def customer_of(event: CustomerChanged, at: Envelope, _work: Work) -> Iterable[CustomerKey]:
    """Return the customer of an event."""
    return [(at.shop, event.customer_id)]


def shop_in_hand(_event: ShopChanged, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of an event."""
    return [at.shop]


def submission_of_mail(
    event: MailSent | Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[SubmissionKey]:
    """Return the submission that may be stored because of a mail."""
    return submissions_of(_conversation(event), at.shop, work)


def customer_of_form(
    event: Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[CustomerKey]:
    """Return the customer of a form that may become a thread after all."""
    for form in held_forms(_conversation(event), at.shop, work):
        yield from submitter(form, at, work)


def order_of_form(event: Undelivered | MailBounced, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the order of a form that may become a thread after all."""
    for form in held_forms(_conversation(event), at.shop, work):
        yield from named_order(form, at, work)


def thread_of_held_form(
    event: Undelivered | MailBounced, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the thread of a form that may become one after all."""
    for form in held_forms(_conversation(event), at.shop, work):
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
    THREADS.of(thread_of_held_form),
    THREADS.of(thread_of_mail),
]
"""The locks for a mail that did not arrive: a form may become a thread because of it."""


@service.handles(OrderPlaced, locks=[ORDERS.of(order_of)])
def keep_order(event: OrderPlaced, work: Work) -> None:
    """Store a placed order with its customer."""
    order = event.order
    _save(known_order(work.shop, order, event.state, order.placed_at), "order_placed", work)


@service.handles(OrderTransitioned, locks=[ORDERS.of(order_of)])
def keep_state(event: OrderTransitioned, work: Work) -> None:
    """Store the new state of an order, and when it changed."""
    _save(known_order(work.shop, event.order, event.state, event.at), "order_moved", work)


@service.handles(DocumentRendered)
def keep_document(event: DocumentRendered, work: Work) -> None:
    """Store the number of an issued document, by which an employee may attach it."""
    document = event.document
    work.documents.add(
        document_id=event.document_id,
        shop=work.shop,
        order_id=document.order_id,
        kind=document.kind,
        number=document.number,
    )


@service.handles(PaymentRefunded, locks=[ORDERS.of(order_of)])
def keep_refund(event: PaymentRefunded, work: Work) -> None:
    """Add a refund to an order."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.with_refund(event.amount))


@service.handles(
    any_of(
        OrderEdited,
        OrderDiscounted,
        OrderShippingChanged,
        OrderExemptionChanged,
        PaymentRecorded,
        PaymentReversed,
    ),
    locks=[ORDERS.of(order_of)],
)
def keep_price(event: Priced, work: Work) -> None:
    """Store the current total and paid amount of an order."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.with_prices(event.order))


@service.handles(OrderCustomerChanged, locks=[ORDERS.of(order_of), THREADS.of(thread_of_order)])
def correct_customer(event: OrderCustomerChanged, work: Work) -> None:
    """Store the corrected e-mail and name with the order and its thread: answers are sent there
    from now on.
    """
    order, customer = work.orders.get(event.order_id), event.order.customer
    if order and order.customer_email == event.customer_before.email:
        work.orders.save(
            event.order_id,
            replace(order, customer_email=customer.email, customer_name=customer.name),
        )
    thread = work.thread(thread_id_of(Conversation("order", event.order_id)))
    if thread and thread.view.customer_email == event.customer_before.email:
        work.threads.save(thread.id, thread.with_customer(customer.email, customer.name))


@service.handles(CustomerChanged, locks=[CUSTOMERS.of(customer_of)])
def keep_customer(event: CustomerChanged, work: Work) -> None:
    """Store the data of a customer."""
    key = (work.shop, event.customer_id)
    work.customers.save(
        key, customers.updated(work.customers.get(key), event, work.envelope.time or work.now)
    )


@service.handles(ShopChanged, locks=[SHOPS.of(shop_in_hand)])
def keep_shop(event: ShopChanged, work: Work) -> None:
    """Store the profile of a shop."""
    as_of = work.envelope.time or work.now
    known = work.shops.get(work.shop)
    if known is None or known.as_of <= as_of:
        profile, language = event.profile, event.default_language
        work.shops.save(work.shop, Shop(profile.name, language, profile.timezone, as_of))


@service.handles(MailSent, locks=[SUBMISSIONS.of(submission_of_mail), THREADS.of(thread_of_mail)])
def keep_message_id(event: MailSent, work: Work) -> Iterable[Later]:
    """Record the conversation of a sent mail's Message-ID.

    An employee's answer gets its Message-ID, and ends the waiting if an earlier attempt failed.
    Later answers refer to the confirmation of a contact form as well. A form stored because of the
    mail is removed later, unless the mail bounces.
    """
    mail = event.mail
    work.known_mails.learn(work.shop, mail.message_id, mail.conversation)
    thread = _thread_of(mail, work)
    if thread and mail.template in ANSWERS and not mail.copy_of:
        _record_answer(mail, thread, work)
    elif thread and mail.template == FORWARDED:
        if not mail.copy_of:
            _change_note(mail, work, undelivered="")
    elif thread:
        work.threads.save(thread.id, thread.with_sent_mail(mail.message_id))
    held = held_by(mail.conversation, mail.recipient, work)
    return [_forget_later(held.submission_id, work)] if held else []


def _record_answer(mail: MailView, thread: Thread, work: Work) -> None:
    before = _change_answer(mail, thread, work, mail_message_id=mail.message_id, undelivered="")
    after = thread.with_sent_mail(mail.message_id)
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
    answer = _note_of(event.conversation, work) or _answer_of(event.message_id, thread, work)
    if answer is None or answer.message.undelivered:
        return filed
    forward = work.forwards.get(answer.message.message_id)
    recipient = forward.email if forward else thread.view.customer_email
    _change(answer, work, undelivered=_came_back(event, recipient), unread=True)
    work.threads.save(thread.id, thread.with_unread_note())
    return filed


def _answer_of(message_id: str, thread: Thread, work: Work) -> StoredMessage | None:
    """Return the employee's answer that a mail carried."""
    for stored in work.messages.all_of(thread.id):
        message = stored.message
        if message.direction == "employee" and message.mail_message_id == message_id:
            return stored
    return None


def _came_back(event: MailBounced, recipient: str) -> str:
    """Return why a mail did not reach its recipient, or may not have. A report about another
    address concerns one that the recipient's mail is forwarded to, or the recipient of a copy.
    """
    reason = event.reason or event.status or CAME_BACK
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
    at, key = work.now + MAY_COME_BACK, f"submission/{work.shop}/{submission_id}"
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


def _save(order: KnownOrder, kind: Literal["order_placed", "order_moved"], work: Work) -> None:
    """Store the order, unless a later state is stored, and the change in any case. An erased
    customer stays erased.
    """
    known = work.orders.get(order.order_id)
    if known is None:
        work.orders.save(order.order_id, order)
    elif known.changed_at <= order.changed_at:
        after = replace(order, refunded=known.refunded)
        if known.customer_email == privacy.ADDRESS:
            after = privacy.anonymous_order(after)
        work.orders.save(order.order_id, after)
    change = OrderChange(
        change_id=derived_id("order", work.envelope.source, work.envelope.id),
        order_id=order.order_id,
        at=order.changed_at,
        kind=kind,
        state=order.state,
        colour=order.colour,
        labels=order.state_labels,
    )
    work.order_changes.add(change)
