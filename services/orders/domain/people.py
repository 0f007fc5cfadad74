"""Customers and their carts, as they are kept."""

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
class KeptCart:
    """A cart as it was last put."""

    cart_id: UUID
    customer_id: str
    lines: tuple[WantedLine, ...]
    changed_at: datetime

    @property
    def cursor(self) -> Cursor:
        """Where the list goes on behind this cart."""
        return Cursor(self.changed_at, self.cart_id)

    def view(self) -> Cart:
        """As a message shows it."""
        return Cart(
            cart_id=self.cart_id,
            customer_id=self.customer_id,
            lines=list(self.lines),
            changed_at=self.changed_at,
        )


def findable(customer: CustomerRecord) -> list[str]:
    """Return the texts by whose words a customer is found: the name, the e-mail, the addresses and
    their phone numbers.
    """
    phones = [form for address in customer.addresses for form in phone_words(address.phone)]
    places = [
        text
        for address in customer.addresses
        for text in (address.company, address.line1, address.line2, address.postcode, address.city)
    ]
    return [customer.full_name, customer.email, *places, *phones]


def corrected(known: CustomerRecord, before: Customer, after: Customer) -> CustomerRecord:
    """Return what is known of a customer with the e-mail and name of an order, where they were the
    same before.
    """
    changes = {
        "email": after.email if known.email == before.email else known.email,
        "full_name": after.name if known.full_name == before.name else known.full_name,
    }
    return known.model_copy(update=changes)


def met(order: Order, known: CustomerRecord | None) -> CustomerRecord:
    """Return what is known of the customer of an order after it: a new customer, or new
    addresses.
    """
    customer = order.customer
    known = known or CustomerRecord(
        customer_id=customer.customer_id,
        email=customer.email,
        full_name=customer.name,
        language=order.language,
        registered_at=order.placed_at,
    )
    return addresses.joined(
        known, (order.delivery_address, order.invoice_address), owner(order.shop.key, known)
    )


def put(
    known: CustomerRecord | None, command: PutCustomer, shop: str, at: datetime
) -> CustomerRecord:
    """Return what is known of a customer after it was put."""
    fields = {name: getattr(command, name) for name in CustomerRecord.model_fields}
    kept = {"addresses", *(() if command.registered_at else ("registered_at",))}
    after = merged(known, command, without=kept) if known else CustomerRecord(**fields)
    given = (
        command.addresses
        if known is None or "addresses" in command.model_fields_set
        else known.addresses
    )
    identified = addresses.identified(given, known.addresses if known else (), owner(shop, after))
    since = after.registered_at or (None if known else at)
    return after.model_copy(update={"addresses": identified, "registered_at": since})


def owner(shop: str, customer: CustomerRecord) -> str:
    """Return whose addresses they are, as their ids are made from it."""
    return f"{shop}\n{customer.customer_id}"
