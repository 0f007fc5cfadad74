"""Customers and their carts, as they are kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.order import Order
from shared.contracts.cursor import Cursor
from shared.contracts.orders import Cart, KnownCustomer, WantedLine
from shared.contracts.values import Customer


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
            cart_id=self.cart_id, customer_id=self.customer_id, lines=list(self.lines), changed_at=self.changed_at
        )


def findable(customer: KnownCustomer) -> list[str]:
    """The texts by whose words a customer is found: his name, his e-mail and his addresses."""
    places = [
        text for address in customer.addresses
        for text in (address.company, address.line1, address.line2, address.postcode, address.city)
    ]
    return [customer.full_name, customer.email, *places]


def corrected(known: KnownCustomer, before: Customer, after: Customer) -> KnownCustomer:
    """Return what is known of a customer with the e-mail and name of an order, where they were the same before."""
    changes = {
        "email": after.email if known.email == before.email else known.email,
        "full_name": after.name if known.full_name == before.name else known.full_name,
    }
    return known.model_copy(update=changes)


def met(order: Order) -> KnownCustomer:
    """What an order tells of its customer."""
    addresses = [order.delivery_address]
    if order.invoice_address != order.delivery_address:
        addresses.append(order.invoice_address)
    customer = order.customer
    return KnownCustomer(
        customer_id=customer.customer_id, email=customer.email, full_name=customer.name, language=order.language,
        addresses=addresses,
    )
