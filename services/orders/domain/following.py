"""Delivery slips that are replaced as soon as they do not say any more what is to be sent."""

from datetime import datetime

from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.documents import NextNumber, is_empty, issue, with_document
from services.orders.domain.guards import is_shipped
from services.orders.domain.order import Order
from shared.contracts.message import Event


def follow_slip(order: Order, number: NextNumber, at: datetime) -> tuple[Order, list[Event]]:
    """Return the order with a delivery slip in place of an outdated one, as long as nothing is
    shipped.
    """
    needed = (
        is_outdated(order)
        and order.holds_stock
        and not is_shipped(order)
        and not is_empty(order, "delivery_slip")
    )
    if not needed:
        return order, []
    slip = issue(order, "delivery_slip", number("delivery_slip"), at)
    return with_document(order, slip), [slip.event]
