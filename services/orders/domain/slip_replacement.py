"""Replacement of delivery slips that no longer match the goods to be sent."""

from datetime import datetime

from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.document_parts import is_empty
from services.orders.domain.documents import NextNumber, issue, with_document
from services.orders.domain.guards import is_shipped
from services.orders.domain.order import Order
from shared.contracts.message import Event


def replace_outdated_slip(
    order: Order, next_number: NextNumber, at: datetime
) -> tuple[Order, list[Event]]:
    """Return the order with a new delivery slip if the last one is outdated and nothing is shipped
    yet.
    """
    needed = (
        is_outdated(order)
        and order.holds_stock
        and not is_shipped(order)
        and not is_empty(order, "delivery_slip")
    )
    if not needed:
        return order, []
    slip = issue(order, "delivery_slip", next_number("delivery_slip"), at)
    return with_document(order, slip), [slip.event]
