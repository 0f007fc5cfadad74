"""The exchange rate of the tax of an order, in the seller's own currency."""

from dataclasses import replace
from datetime import datetime

from services.orders.domain.money import LARGEST
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from shared.contracts.orders import OrderExchangeRateChanged, SetExchangeRate
from shared.contracts.reason import Reason


def set_exchange_rate(
    order: Order, command: SetExchangeRate, at: datetime
) -> tuple[Order, OrderExchangeRateChanged] | Reason:
    """Return the order with another exchange rate for the tax on its documents."""
    invoices = order.issued("invoice")
    if invoices:
        return Reason(
            "invoice_issued",
            f"Invoice {invoices[0].number} was issued: the rate can no longer change.",
            field="exchange_rate",
        )
    after = replace(order, exchange_rate=command.exchange_rate)
    if after == order:
        return Reason("nothing_changes", "The order has this rate already.", field="exchange_rate")
    wrong = wrong_exchange_rate(after)
    if wrong:
        return wrong
    event = OrderExchangeRateChanged(
        order_id=order.order_id,
        order=summary(order),
        by=command.by,
        at=at,
        exchange_rate=command.exchange_rate,
    )
    return after, event


def wrong_exchange_rate(order: Order) -> Reason | None:
    """Refuse a rate of the order's own currency, or one that makes its amounts too large."""
    rate = order.exchange_rate
    if rate is not None and rate.currency == order.currency:
        sentence = f"The order is in {order.currency} itself: set a rate of another currency."
        return Reason("same_currency", sentence, field="exchange_rate.currency")
    converted = order.in_accounting_currency(order.amount.gross)
    if converted is not None and converted >= LARGEST:
        return Reason(
            "rate_too_large", "At this rate the amounts are too large.", field="exchange_rate.rate"
        )
    return None
