"""Export and erase the personal data of a customer."""

from collections.abc import Iterable
from uuid import UUID

from services.ingest.domain import customers, privacy
from services.ingest.domain.form_limits import sender_of
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.thread import Thread
from services.ingest.store.customers import Key
from services.ingest.store.erasure import ErasedCustomer
from services.ingest.store.submissions import Key as SubmissionKey
from services.ingest.work import Work
from services.ingest.work.locks import CUSTOMERS, ORDERS, SUBMISSIONS, THREADS
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
    orders = work.orders.of(at.shop, command.customer_id, emails)
    return [order.order_id for order in orders]


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
    """Return the submissions of a customer: the stored ones, and those of their addresses."""
    emails = work.customers.emails(at.shop, command)
    keys = work.submissions.of_senders(at.shop, _digests(at.shop, emails))
    for submission_id in work.erasure.held(at.shop, command.customer_id, emails):
        keys.append((at.shop, submission_id))
    return keys


@service.handles(EraseCustomer, locks=[*CUSTOMER, SUBMISSIONS.of(submissions_of_customer)])
def erase_customer(command: EraseCustomer, work: Work) -> Iterable[Event]:
    """Anonymise the customer's threads and delete their texts. Repeating it changes nothing
    more.
    """
    emails = work.customers.emails(work.shop, command)
    threads, orders = _threads(command, work), _orders(command, work)
    thread_ids = tuple(thread.id for thread in threads)
    held = tuple(work.erasure.held(work.shop, command.customer_id, emails))
    known = work.customers.get((work.shop, command.customer_id))
    erased = {
        "threads": len(threads),
        "messages": sum(_erase(thread, work) for thread in threads),
        "mails": work.erasure.mails(thread_ids),
        "orders": len(orders),
        "submissions": len(held),
        "customers": int(known is not None),
    }
    for order in orders:
        work.orders.save(order.order_id, privacy.anonymous_order(order))
    customer = ErasedCustomer(
        shop=work.shop,
        customer_id=command.customer_id,
        threads=thread_ids,
        conversations=tuple(thread.view.conversation for thread in threads),
        submissions=held,
        senders=_digests(work.shop, emails),
    )
    work.erasure.add(customer)
    return [
        CustomerErased(
            customer_id=command.customer_id, service=work.service, erased=erased, kept=[]
        )
    ]


def _digests(shop: str, emails: Iterable[str]) -> tuple[str, ...]:
    return tuple(sender_of(shop, email) for email in emails)


@service.handles(ExportCustomer, locks=CUSTOMER)
def export_customer(command: ExportCustomer, work: Work) -> Iterable[Event]:
    """Publish the customer's data and all of their threads."""
    threads = []
    for thread in _threads(command, work):
        messages = work.messages.of(thread.id)
        threads.append(ingest.Thread(thread=thread.view, messages=messages))
    known = work.customers.get((work.shop, command.customer_id))
    figures = None
    if known:
        figures = customers.customer_view(known, _orders(command, work))
    return privacy.export(command.customer_id, figures, threads, work.service)


def _threads(command: Named, work: Work) -> list[Thread]:
    emails = work.customers.emails(work.shop, command)
    ids = work.threads.of(work.shop, command.customer_id, emails)
    work.threads.preload(ids)
    return list(filter(None, map(work.threads.get, ids)))


def _orders(command: Named, work: Work) -> list[KnownOrder]:
    emails = work.customers.emails(work.shop, command)
    stored = work.orders.of(work.shop, command.customer_id, emails)
    ids = [order.order_id for order in stored]
    work.orders.preload(ids)
    return list(filter(None, map(work.orders.get, ids)))


def _erase(thread: Thread, work: Work) -> int:
    messages = work.messages.all_of(thread.id)
    for stored in messages:
        erased = stored.with_message(privacy.anonymous_message(stored.message))
        work.messages.save(stored.message.message_id, erased)
    work.threads.save(thread.id, privacy.anonymous_thread(thread))
    return len(messages)
