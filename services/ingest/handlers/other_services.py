"""Events of other services: orders, customers, shops and documents, stored for filing."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from services.ingest.domain import customers, privacy
from services.ingest.domain.known_orders import LONG_AGO, KnownOrder, OrderChange, known_order
from services.ingest.domain.thread import derived_id, thread_id_of
from services.ingest.domain.thread_matching import ORDER_WAIT
from services.ingest.store.customers import Key as CustomerKey
from services.ingest.store.shop_settings import Shop
from services.ingest.work import Work
from services.ingest.work.locks import CUSTOMERS, ORDERS, SHOPS, THREADS
from shared.contracts.conversation import Conversation
from shared.contracts.documents import DocumentRendered
from shared.contracts.envelope import Envelope
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
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Handlers, any_of

service = Handlers[Work]()
Repriced = OrderEdited | OrderDiscounted | OrderShippingChanged | OrderExemptionChanged
Priced = Repriced | PaymentRecorded | PaymentReversed
Described = OrderPlaced | OrderTransitioned | OrderCustomerChanged | Priced
AboutOrder = Described | PaymentRefunded


def order_of(event: AboutOrder, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the order of an event."""
    return [event.order_id]


def thread_of_order(event: OrderCustomerChanged, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread of an order."""
    return [thread_id_of(Conversation("order", event.order_id))]


def customer_of(event: CustomerChanged, at: Envelope, _work: Work) -> Iterable[CustomerKey]:
    """Return the customer of an event."""
    return [(at.shop, event.customer_id)]


def shop_of(_event: ShopChanged, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop of an event."""
    return [at.shop]


@service.handles(OrderPlaced, locks=[ORDERS.of(order_of)])
def store_order(event: OrderPlaced, work: Work) -> None:
    """Store a placed order with its customer."""
    order = _described(event, work).in_state(event.new_state, event.order.placed_at)
    _save(order, work)
    work.order_changes.add(_change(order, "order_placed", work))


@service.handles(OrderTransitioned, locks=[ORDERS.of(order_of)])
def store_state(event: OrderTransitioned, work: Work) -> None:
    """Store the new state of an order, and when it changed."""
    order = _described(event, work).in_state(event.new_state, event.at)
    _save(order, work)
    work.order_changes.add(_change(order, "order_moved", work))


@service.handles(DocumentRendered)
def store_document(event: DocumentRendered, work: Work) -> None:
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
def add_refund(event: PaymentRefunded, work: Work) -> None:
    """Add a refund to an order. Raises `NotYet` while an earlier event of the order may arrive."""
    order = work.orders.get(event.order_id)
    if order:
        work.orders.save(event.order_id, order.with_refund(event.amount))
    elif work.now < (work.envelope.time or LONG_AGO) + ORDER_WAIT:
        raise NotYet(f"Order {event.order_id}, which was refunded, has not arrived here.")


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
def store_price(event: Priced, work: Work) -> None:
    """Store the current total and paid amount of an order."""
    _save(_described(event, work), work)


@service.handles(OrderCustomerChanged, locks=[ORDERS.of(order_of), THREADS.of(thread_of_order)])
def correct_customer(event: OrderCustomerChanged, work: Work) -> None:
    """Store the corrected e-mail and name with the order and its thread: answers are sent there
    from now on.
    """
    _save(_described(event, work), work)
    customer = event.order.customer
    thread = work.thread(thread_id_of(Conversation("order", event.order_id)))
    if thread and thread.view.customer_email == event.customer_before.email:
        work.threads.save(thread.id, thread.with_customer(customer.email, customer.name))


@service.handles(CustomerChanged, locks=[CUSTOMERS.of(customer_of)])
def store_customer(event: CustomerChanged, work: Work) -> None:
    """Store the data of a customer."""
    key, at = (work.shop, event.customer_id), work.envelope
    after = customers.updated(
        work.customers.get(key), event, at.time or work.now, at.sequence_number
    )
    work.customers.save(key, after)


@service.handles(ShopChanged, locks=[SHOPS.of(shop_of)])
def store_shop(event: ShopChanged, work: Work) -> None:
    """Store the profile of a shop."""
    sequence = work.envelope.sequence_number
    known = work.shops.get(work.shop)
    if known is None or known.sequence <= sequence:
        profile, language = event.profile, event.default_language
        work.shops.save(work.shop, Shop(profile.name, language, profile.timezone, sequence))


def _described(event: Described, work: Work) -> KnownOrder:
    return known_order(work.shop, event.order, work.envelope.sequence_number)


def _save(order: KnownOrder, work: Work) -> None:
    """Store an order as an event describes it; data of a later event stay. An erased customer
    stays erased.
    """
    known = work.orders.get(order.order_id)
    after = order
    if known:
        after = known.merged(order)
        if known.customer_email == privacy.ADDRESS:
            after = privacy.anonymous_order(after)
    work.orders.save(order.order_id, after)


def _change(
    order: KnownOrder, kind: Literal["order_placed", "order_moved"], work: Work
) -> OrderChange:
    return OrderChange(
        change_id=derived_id("order", work.envelope.source, work.envelope.id),
        order_id=order.order_id,
        at=order.changed_at,
        kind=kind,
        state=order.state,
        colour=order.colour,
        labels=order.state_labels,
    )
