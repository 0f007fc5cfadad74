"""Customers, their addresses and carts; the number of messages about an order."""

from collections.abc import Iterable

from services.orders.domain import addresses, changing, customers
from services.orders.domain.customers import StoredCart, corrected
from services.orders.domain.order import Order
from services.orders.handlers.keys import CUSTOMER, customer
from services.orders.work import ORDER, Work
from services.orders.work.kinds import CUSTOMERS
from shared.contracts.ingest import ThreadMessageAdded
from shared.contracts.message import Event
from shared.contracts.orders import (
    CartChanged,
    ChangeCustomer,
    CustomerChanged,
    CustomerRecord,
    PutAddress,
    PutCart,
    PutCustomer,
    RemoveAddress,
)
from shared.contracts.paths import path_to, repeated
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(PutCustomer, locks=[CUSTOMERS.of(customer)])
def put_customer(command: PutCustomer, work: Work) -> Iterable[Event] | Reason:
    """Add or change a customer."""
    key = (work.shop, command.customer_id)
    before = work.customers.get(key)
    if before is None and "language" not in command.model_fields_set:
        command = command.model_copy(update={"language": work.language(None)})
    customer = customers.put(before, command, work.shop, work.now)
    ids = [address.address_id for address in customer.addresses]
    twice = repeated(ids)
    if twice is not None:
        field = f"addresses[{twice}].address_id"
        return Reason("same_id", "Two addresses have the same id.", field=field)
    work.customers.save(key, customer)
    return [CustomerChanged(**dict(customer))]


@service.handles(PutAddress, locks=[CUSTOMERS.of(customer)])
def put_address(command: PutAddress, work: Work) -> Iterable[Event] | Reason:
    """Add or change one address of a customer."""
    key = (work.shop, command.customer_id)
    before = work.customers.get(key)
    if before is None:
        return _unknown(command)
    after = addresses.with_address(
        before, command.address, customers.id_namespace(work.shop, before)
    )
    if len(after.addresses) > addresses.MAX_ADDRESSES:
        reason = f"A customer has at most {addresses.MAX_ADDRESSES} addresses: remove one."
        return Reason("too_many_addresses", reason, field="address")
    work.customers.save(key, after)
    return [CustomerChanged(**dict(after))]


@service.handles(RemoveAddress, locks=[CUSTOMERS.of(customer)])
def remove_address(command: RemoveAddress, work: Work) -> Iterable[Event] | Reason:
    """Remove one address of a customer."""
    key = (work.shop, command.customer_id)
    before = work.customers.get(key)
    if before is None:
        return _unknown(command)
    after = addresses.without_address(before, command.address_id)
    if after == before:
        reason = f"The customer has no address {command.address_id}."
        return Reason("unknown_address", reason, field="address_id")
    work.customers.save(key, after)
    return [CustomerChanged(**dict(after))]


@service.handles(ChangeCustomer, on=ORDER, locks=[CUSTOMER])
def change_customer(order: Order, command: ChangeCustomer, work: Work) -> Iterable[Event] | Reason:
    """Correct the customer of an order, and the customer's record if it was the same."""
    decision = changing.change_customer(order, command, work.now)
    if isinstance(decision, Reason):
        return decision
    work.orders.save(order.order_id, decision.order)
    key = (work.shop, order.customer.customer_id)
    known = work.customers.get(key)
    after = corrected(known, order.customer, decision.order.customer) if known else None
    if after is None or after == known:
        return decision.events
    work.customers.save(key, after)
    return [*decision.events, CustomerChanged(**dict(after))]


def save_customer_of(order: Order, known: CustomerRecord | None, work: Work) -> list[Event]:
    """Save the customer and the addresses of an order; return an event if they are new."""
    after = customers.customer_of(order, known)
    if after == known:
        return []
    work.customers.save((order.shop.key, after.customer_id), after)
    return [CustomerChanged(**dict(after))]


def save_new_addresses(before: Order, after: Order, work: Work) -> list[Event]:
    """Save the addresses that an order got with its customer, if known."""
    if customers.has_same_addresses(after, before):
        return []
    known = work.customers.get((after.shop.key, after.customer.customer_id))
    return save_customer_of(after, known, work) if known else []


@service.handles(PutCart)
def put_cart(command: PutCart, work: Work) -> Iterable[Event] | Reason:
    """Store a cart."""
    keys = sorted({(work.shop, line.sku) for line in command.lines})
    work.products.preload(keys)
    unknown = next((sku for shop, sku in keys if work.products.get((shop, sku)) is None), None)
    if unknown:
        return Reason(
            "unknown_product",
            f"There is no product '{unknown}'.",
            field=f"{path_to('lines', [line.sku for line in command.lines], unknown)}.sku",
            details={"sku": unknown},
        )
    cart = StoredCart(command.cart_id, command.customer_id, tuple(command.lines), work.now)
    work.carts.preload([(work.shop, command.cart_id)])
    work.carts.save((work.shop, command.cart_id), cart)
    return [CartChanged(**command.model_dump())]


@service.handles(ThreadMessageAdded)
def note_message(event: ThreadMessageAdded, work: Work) -> Iterable[Event]:
    """Count the messages about an order."""
    if event.order_id:
        work.messages.add(message_id=event.message.message_id, order_id=event.order_id)
    return []


def _unknown(command: PutAddress | RemoveAddress) -> Reason:
    reason = f"There is no customer '{command.customer_id}' in this shop."
    return Reason("unknown_customer", reason, field="customer_id")
