"""What the other services tell: orders that mails may be about, and the mails that answers will refer to."""

from dataclasses import replace

from services.ingest.domain.filing import KnownOrder
from services.ingest.domain.thread import Thread
from services.ingest.work import Work
from shared.contracts.notify import MailSent, MailView
from shared.contracts.orders import OrderPlaced
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(OrderPlaced)
def keep_order(event: OrderPlaced, work: Work) -> None:
    """Keeps who ordered."""
    order, customer = event.order, event.order.customer
    known = KnownOrder(event.order_id, work.shop, order.reference, customer.email, customer.name, order.language)
    work.orders.preload([event.order_id])
    work.orders.save(event.order_id, known)


@service.handles(MailSent)
def keep_message_id(event: MailSent, work: Work) -> None:
    """Keeps where answers to the mail belong; an employee's answer gets its Message-ID."""
    mail = event.mail
    work.known_mails.learn(work.shop, mail.message_id, mail.conversation)
    thread = work.thread(mail.thread_id) if mail.thread_id else None
    if thread:
        work.threads.save(thread.id, thread.sent(mail.message_id))
        _name_answer(mail, thread, work)


def _name_answer(mail: MailView, thread: Thread, work: Work) -> None:
    """The answer that the mail carries: it bears the mail's id; else the oldest that was not sent yet."""
    ids = [mail.mail_id, *(message.message_id for message in work.entries.of(thread.id))]
    entries = (work.entries.get(message_id) for message_id in ids)
    for entry in entries:
        if entry and entry.message.direction == "employee" and not entry.message.mail_message_id:
            named = entry.message.model_copy(update={"mail_message_id": mail.message_id})
            return work.entries.save(named.message_id, replace(entry, message=named))
    return None
