"""Export and erase the personal data of a customer."""

from collections.abc import Iterable
from uuid import UUID

from services.ingest.domain import customers, privacy
from services.ingest.domain.form_limits import sender_of
from services.ingest.domain.orders import KnownOrder
from services.ingest.domain.thread import Thread
from services.ingest.store.customers import Key
from services.ingest.store.erasure import ErasedCustomer
from services.ingest.store.submissions import Key as SubmissionKey
from services.ingest.work import CUSTOMERS, ORDERS, SUBMISSIONS, THREADS, Work
from shared.contracts import ingest
from shared.contracts.common import CustomerErased, EraseCustomer, ExportCustomer
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


Named = EraseCustomer | ExportCustomer


def known_customer(command: Named, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the customer of a command."""
    return [(at.shop, command.customer_id)]


def orders_of_customer(command: Named, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the orders of a customer."""
    emails = work.customers.emails(at.shop, command)
    return [order.order_id for order in work.orders.of(at.shop, command.customer_id, emails)]


def threads_of_customer(command: Named, at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the threads of a customer."""
    emails = work.customers.emails(at.shop, command)
    return work.threads.of(at.shop, command.customer_id, emails)


CUSTOMER = [
    CUSTOMERS.of(known_customer),
    ORDERS.of(orders_of_customer),
    THREADS.of(threads_of_customer),
]
"""The locks of a customer's data."""


def submissions_of_customer(
    command: EraseCustomer, at: Envelope, work: Work
) -> Iterable[SubmissionKey]:
    """Return the submissions of a customer: those that are held, and those of their addresses."""
    emails = work.customers.emails(at.shop, command)
    held = work.erasure.held(at.shop, command.customer_id, emails)
    senders = [sender_of(at.shop, email) for email in emails]
    return [*((at.shop, key) for key in held), *work.submissions.of_senders(at.shop, senders)]


@service.handles(EraseCustomer, locks=[*CUSTOMER, SUBMISSIONS.of(submissions_of_customer)])
def erase_customer(command: EraseCustomer, work: Work) -> Iterable[Event]:
    """Anonymise the customer's threads and delete their texts. Repeating it changes nothing
    more.
    """
    threads, orders = _threads(command, work), _orders(command, work)
    emails = work.customers.emails(work.shop, command)
    held = work.erasure.held(work.shop, command.customer_id, emails)
    known = work.customers.get((work.shop, command.customer_id))
    erased = {
        "threads": len(threads),
        "messages": sum(_erase(thread, work) for thread in threads),
        "mails": work.erasure.mails(thread.id for thread in threads),
        "orders": len(orders),
        "submissions": len(held),
        "customers": int(known is not None),
    }
    for order in orders:
        work.orders.save(order.order_id, privacy.anonymous_order(order))
    work.erasure.add(
        ErasedCustomer(
            work.shop,
            command.customer_id,
            tuple(thread.id for thread in threads),
            tuple(thread.view.conversation for thread in threads),
            tuple(held),
            tuple(sender_of(work.shop, email) for email in emails),
        )
    )
    return [
        CustomerErased(
            customer_id=command.customer_id, service=work.service, erased=erased, kept=[]
        )
    ]


@service.handles(ExportCustomer, locks=CUSTOMER)
def export_customer(command: ExportCustomer, work: Work) -> Iterable[Event]:
    """Publish the customer's data and all of their threads."""
    shown = [
        ingest.Thread(thread=thread.view, messages=work.messages.of(thread.id))
        for thread in _threads(command, work)
    ]
    known = work.customers.get((work.shop, command.customer_id))
    figures = customers.customer_view(known, _orders(command, work)) if known else None
    return privacy.export(command.customer_id, figures, shown, work.service)


def _threads(command: EraseCustomer | ExportCustomer, work: Work) -> list[Thread]:
    ids = work.threads.of(work.shop, command.customer_id, work.customers.emails(work.shop, command))
    work.threads.preload(ids)
    return [thread for thread in map(work.threads.get, ids) if thread]


def _orders(command: EraseCustomer | ExportCustomer, work: Work) -> list[KnownOrder]:
    orders = work.orders.of(
        work.shop, command.customer_id, work.customers.emails(work.shop, command)
    )
    work.orders.preload(order.order_id for order in orders)
    return [order for order in (work.orders.get(found.order_id) for found in orders) if order]


def _erase(thread: Thread, work: Work) -> int:
    messages = work.messages.of(thread.id)
    work.messages.preload(message.message_id for message in messages)
    for entry in filter(None, [work.messages.get(message.message_id) for message in messages]):
        work.messages.save(
            entry.message.message_id, entry.with_message(privacy.anonymous_message(entry.message))
        )
    work.threads.save(thread.id, privacy.anonymous_thread(thread))
    return len(messages)
