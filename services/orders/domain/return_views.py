"""Views of returns as messages show them."""

from services.orders.domain.order import Order
from services.orders.domain.refund import Return
from shared.contracts.orders import ReturnedLine, ReturnView


def return_view(order: Order, found: Return) -> ReturnView:
    """Return a return as messages show it."""
    return ReturnView(
        return_id=found.return_id,
        order_id=order.order_id,
        order_reference=order.reference,
        customer_id=order.customer.customer_id,
        state=found.state,
        lines=[_line_view(order, number, quantity) for number, quantity in found.lines],
        reason=found.reason,
        requested_at=found.requested_at,
        changed_at=found.changed_at,
        by=found.by,
        until=found.until,
        answer=found.answer,
        number=found.number,
        refund_id=found.refund_id,
    )


def _line_view(order: Order, number: int, quantity: int) -> ReturnedLine:
    line = order.lines[number - 1]
    return ReturnedLine(line=number, sku=line.sku, name=line.name, quantity=quantity)
