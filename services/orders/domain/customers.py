"""Customers and their carts as they are stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain import addresses
from services.orders.domain.order import Order
from shared.contracts.cursor import Cursor
from shared.contracts.orders import Cart, CustomerRecord, PutCustomer, WantedLine
from shared.contracts.partial import merged
from shared.contracts.values import Customer
from shared.writing.phones import phone_words


@dataclass(frozen=True)
class StoredCart:
    """A cart as it was last put."""

    cart_id: UUID
    customer_id: str
    lines: tuple[WantedLine, ...]
    changed_at: datetime

    @property
    def cursor(self) -> Cursor:
        """Return the cursor of a page that ends with this cart."""
        return Cursor(self.changed_at, self.cart_id)

    def view(self) -> Cart:
        """Return the cart as messages show it."""
        return Cart(
            cart_id=self.cart_id,
            customer_id=self.customer_id,
            lines=list(self.lines),
            changed_at=self.changed_at,
        )


def search_texts(customer: CustomerRecord) -> list[str]:
    """Return the texts that a search finds a customer by: name, e-mail, addresses and phone
    numbers.
    """
    texts = [customer.full_name, customer.email]
    for address in customer.addresses:
        texts += [address.company, address.line1, address.line2, address.postcode, address.city]
        texts += phone_words(address.phone)
    return texts


def named(known: CustomerRecord) -> Customer:
    """Return the customer of a record as events name them."""
    return Customer(customer_id=known.customer_id, email=known.email, name=known.full_name)


def corrected(known: CustomerRecord, before: Customer, after: Customer) -> CustomerRecord:
    """Return the known customer with e-mail and name corrected as in an order, each if it was the
    same before.
    """
    changes = {}
    if known.email == before.email:
        changes["email"] = after.email
    if known.full_name == before.name:
        changes["full_name"] = after.name
    return known.model_copy(update=changes)


def customer_of(order: Order, known: CustomerRecord | None) -> CustomerRecord:
    """Return the customer of a placed order: the known or a new one, with the addresses used."""
    customer = order.customer
    known = known or CustomerRecord(
        customer_id=customer.customer_id,
        email=customer.email,
        full_name=customer.name,
        language=order.language,
        registered_at=order.placed_at,
    )
    used = (order.delivery_address, order.invoice_address)
    return addresses.with_used_addresses(known, used, id_namespace(order.shop.key, known))


def has_same_addresses(order: Order, before: Order) -> bool:
    """Return whether an order has the addresses that it had before."""
    return (order.delivery_address, order.invoice_address) == (
        before.delivery_address,
        before.invoice_address,
    )


def put(
    known: CustomerRecord | None, command: PutCustomer, shop: str, at: datetime
) -> CustomerRecord:
    """Return the customer after `customer.put`: a new one, or the known one with the fields that
    the command sets.
    """
    if known is None:
        fields = {name: getattr(command, name) for name in CustomerRecord.model_fields}
        new = CustomerRecord(**fields)
        with_ids = addresses.with_ids(command.addresses, (), id_namespace(shop, new))
        since = new.registered_at or at
        return new.model_copy(update={"addresses": with_ids, "registered_at": since})
    kept = {"addresses"}
    if not command.registered_at:
        kept.add("registered_at")
    after = merged(known, command, without=kept)
    given = known.addresses
    if "addresses" in command.model_fields_set:
        given = command.addresses
    with_ids = addresses.with_ids(given, known.addresses, id_namespace(shop, after))
    return after.model_copy(update={"addresses": with_ids})


def id_namespace(shop: str, customer: CustomerRecord) -> str:
    """Return the text that the ids of a customer's addresses are derived from."""
    return f"{shop}\n{customer.customer_id}"
