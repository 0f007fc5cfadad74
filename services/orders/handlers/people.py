"""Customers, their carts, and the messages they exchange with the shop."""

from collections.abc import Iterable

from services.orders.domain import changing
from services.orders.domain.people import KeptCart, corrected
from services.orders.work import Work
from shared.contracts.ingest import ThreadMessageAdded
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import (
    CartChanged,
    ChangeCustomer,
    CustomerChanged,
    KnownCustomer,
    PutCart,
    PutCustomer,
)
from shared.contracts.partial import merged
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(PutCustomer)
def put_customer(command: PutCustomer, work: Work) -> Iterable[Event]:
    """Makes a customer known, or changes what is known of them."""
    key = (work.shop, command.customer_id)
    before = work.customers.get(key)
    customer = merged(before, command) if before else KnownCustomer(**dict(command))
    work.customers.save(key, customer)
    return [CustomerChanged(**dict(customer))]


@service.handles(ChangeCustomer)
def change_customer(command: ChangeCustomer, work: Work) -> Iterable[Event]:
    """Corrects the customer of an order, and what is known of them."""
    order = work.order(command.order_id)
    if order is None:
        return [work.unknown_order(command)]
    decision = changing.change_customer(order, command, work.now)
    if isinstance(decision, Refusal):
        return [decision]
    work.orders.save(order.order_id, decision.order)
    key = (work.shop, order.customer.customer_id)
    known = work.customers.get(key)
    after = corrected(known, order.customer, decision.order.customer) if known else None
    if after is None or after == known:
        return decision.events
    work.customers.save(key, after)
    return [*decision.events, CustomerChanged(**dict(after))]


@service.handles(PutCart)
def put_cart(command: PutCart, work: Work) -> Iterable[Event]:
    """Keeps the cart as it is now."""
    keys = sorted({(work.shop, line.sku) for line in command.lines})
    work.products.preload(keys)
    unknown = next((sku for shop, sku in keys if work.products.get((shop, sku)) is None), None)
    if unknown:
        return [command.refuse("unknown_product", f"There is no product '{unknown}'.", field="lines", sku=unknown)]
    cart = KeptCart(command.cart_id, command.customer_id, tuple(command.lines), work.now)
    work.carts.preload([(work.shop, command.cart_id)])
    work.carts.save((work.shop, command.cart_id), cart)
    return [CartChanged(**command.model_dump())]


@service.handles(ThreadMessageAdded)
def note_message(event: ThreadMessageAdded, work: Work) -> Iterable[Event]:
    """Counts the messages about an order."""
    if event.order_id:
        work.messages.add(message_id=event.message.message_id, order_id=event.order_id)
    return []
