"""What the other services tell: orders that mails may be about, and the mails that answers will refer to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from services.ingest.domain import customers, privacy
from services.ingest.domain.commands import ForgetSubmission
from services.ingest.domain.orders import KnownOrder, OrderChange, known_order
from services.ingest.domain.thread import Thread, derived_id, status_events
from services.ingest.handlers.contact_form import held_by, rescue
from services.ingest.store.settings import Shop
from services.ingest.work import Work
from shared.contracts.ingest import ThreadMessage
from shared.contracts.message import Event
from shared.contracts.notify import MailFailed, MailSent, MailSuppressed, MailView
from shared.contracts.orders import (
    CustomerChanged,
    OrderDiscounted,
    OrderEdited,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    PaymentRecorded,
    PaymentRefunded,
    ShopChanged,
)
from shared.runtime.service import Handlers, Later

service = Handlers()

ANSWERS = ("reply_msg", "order_merchant_comment")  # templates of mails that carry what an employee wrote to a customer
MAILER = "mail"  # who opens a thread whose answer did not leave
MAY_COME_BACK = timedelta(days=7)  # mail servers give up after five


@service.handles(OrderPlaced)
def keep_order(event: OrderPlaced, work: Work) -> None:
    """Keeps who ordered, and what."""
    order = event.order
    _keep(known_order(work.shop, order, event.state, order.placed_at), "order_placed", work)


@service.handles(OrderTransitioned)
def keep_state(event: OrderTransitioned, work: Work) -> None:
    """Keeps where an order stands, and when it came there."""
    _keep(known_order(work.shop, event.order, event.state, event.at), "order_moved", work)


@service.handles(PaymentRecorded)
def keep_payment(event: PaymentRecorded, work: Work) -> None:
    """Keeps what was paid for an order."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.paid_up_to(event.due))


@service.handles(PaymentRefunded)
def keep_refund(event: PaymentRefunded, work: Work) -> None:
    """Keeps what was given back for an order."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.gave_back(event.amount))


@service.handles(OrderEdited)
@service.handles(OrderDiscounted)
@service.handles(OrderShippingChanged)
def keep_price(event: OrderEdited | OrderDiscounted | OrderShippingChanged, work: Work) -> None:
    """Keeps what an order costs now."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.priced(event.order))


@service.handles(CustomerChanged)
def keep_customer(event: CustomerChanged, work: Work) -> None:
    """Keeps what is known of a customer, and since when."""
    key = (work.shop, event.customer_id)
    work.customers.save(key, customers.told(work.customers.get(key), event, work.envelope.time or work.now))


@service.handles(ShopChanged)
def keep_shop(event: ShopChanged, work: Work) -> None:
    """Keeps what the shop is called."""
    as_of = work.envelope.time or work.now
    known = work.shops.get(work.shop)
    if known is None or known.as_of <= as_of:
        work.shops.save(work.shop, Shop(event.profile.name, event.default_language, as_of))


@service.handles(MailSent)
def keep_message_id(event: MailSent, work: Work) -> Iterable[Later]:
    """Keeps where answers to the mail belong; an employee's answer gets its Message-ID, and what is held because of the
    mail is let go if that does not come back.
    """
    mail = event.mail
    work.known_mails.learn(work.shop, mail.message_id, mail.conversation)
    thread = work.thread(mail.thread_id) if mail.thread_id and mail.template in ANSWERS else None
    if thread:
        work.threads.save(thread.id, thread.sent(mail.message_id))
        _change_answer(mail, thread, work, mail_message_id=mail.message_id, undelivered="")
    held = held_by(mail.conversation, mail.recipient, work)
    return [_forget_later(held.submission_id, work)] if held else []


@service.handles(MailFailed)
@service.handles(MailSuppressed)
def note_failure(event: MailFailed | MailSuppressed, work: Work) -> Iterable[Event]:
    """Opens the thread of an answer that did not leave; what a contact that saves nothing could not be mailed becomes a
    thread after all.
    """
    mail = event.mail
    rescued = rescue(mail.conversation, mail.recipient, work)
    thread = work.thread(mail.thread_id) if mail.thread_id and mail.template in ANSWERS else None
    if thread is None:
        return rescued
    _change_answer(mail, thread, work, undelivered=event.reason)
    after = thread.unanswered(work.now)
    work.threads.save(thread.id, after)
    return [*rescued, *status_events(thread, after, by=MAILER, at=work.now)]


def _forget_later(submission_id: UUID, work: Work) -> Later:
    at, key = work.now + MAY_COME_BACK, f"submission/{work.shop}/{submission_id}"
    return Later(ForgetSubmission(submission_id=submission_id), at, key)


def _change_answer(mail: MailView, thread: Thread, work: Work, **changes: str) -> None:
    """Of the answer that the mail carries: it bears the mail's id; else the oldest that was not sent yet, and of those
    one that nobody tried to send.
    """
    ids = [mail.mail_id, *(message.message_id for message in work.entries.of(thread.id))]
    found = [entry for entry in map(work.entries.get, dict.fromkeys(ids)) if entry and _is_unsent(entry.message)]
    for entry in sorted(found, key=lambda entry: bool(entry.message.undelivered))[:1]:
        work.entries.save(entry.message.message_id, entry.with_message(entry.message.model_copy(update=changes)))


def _is_unsent(message: ThreadMessage) -> bool:
    return message.direction == "employee" and not (message.private or message.mail_message_id)


def _keep(order: KnownOrder, kind: Literal["order_placed", "order_moved"], work: Work) -> None:
    """The order, unless something later is known of it, and the change in any case. Who was erased stays erased."""
    known = work.orders.get(order.order_id)
    if known is None or known.changed_at <= order.changed_at:
        was_erased = known is not None and known.customer_email == privacy.ADDRESS
        after = replace(order, refunded=known.refunded) if known else order
        work.orders.save(order.order_id, privacy.anonymous_order(after) if was_erased else after)
    envelope = work.envelope
    change_id = derived_id("order", envelope.source, envelope.id)
    work.order_changes.add(OrderChange(change_id, order.order_id, order.changed_at, kind, order.state, order.colour))
