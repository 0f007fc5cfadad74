"""An order as the answer to a question."""

from services.orders.domain.order import Order
from shared.contracts.orders import HistoryEntry, OrderDetail


def detail(order: Order) -> OrderDetail:
    """Everything that belongs to it."""
    amount = order.amount
    return OrderDetail(
        order=order.summary(),
        state=order.state,
        lines=order.line_views(),
        shipping=order.money(order.shipping.stated),
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        delivery_address=order.delivery_address,
        invoice_address=order.invoice_address,
        history=[
            HistoryEntry(state=x.state, at=x.at, by=x.by, forced=x.forced, reason=x.reason) for x in order.history
        ],
        payments=list(order.payments),
        documents=list(order.documents),
        rounding=order.rounding,
    )
