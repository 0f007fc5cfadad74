"""Amounts that the documents of an order state: documented refunds, and the tax in the seller's own
currency (Directive 2006/112/EC, Art. 230).

That tax is converted cumulatively: each document states the difference that it makes to the
converted tax of all documents before it. Converted one by one, partial credit slips could add up to
a cent more or less than their invoice.
"""

from dataclasses import replace
from typing import Any

from services.orders.domain.order import Order
from services.orders.domain.pricing import total
from shared.contracts.values import DocumentKind, Money


def documented_order(order: Order) -> Order:
    """Return the order without the refunds that no document states."""
    return replace(order, refunds=tuple(refund for refund in order.refunds if refund.documented))


def stated_tax(order: Order) -> int:
    """Return the tax invoiced less the tax credited, of an order that was not cancelled."""
    if not order.issued("invoice"):
        return 0
    documented = documented_order(order)
    numbers = range(1, len(order.lines) + 1)
    refunded = total(map(documented.refunded_amount, numbers)) + documented.refunded_shipping
    return order.amount.tax - refunded.tax


def accounting(order: Order, kind: DocumentKind, tax: int, stated: int) -> dict[str, Any]:
    """Return the snapshot's fields for the tax in the seller's own currency, at the order's rate.

    `stated` is the tax that earlier documents state. Return no fields if the document has no tax or
    the order no rate.
    """
    rate = order.exchange_rate
    sign = {"invoice": 1, "credit_slip": -1}.get(kind, 0)
    before = order.in_accounting_currency(stated)
    after = order.in_accounting_currency(stated + sign * tax)
    if not tax or not sign or rate is None or before is None or after is None:
        return {}
    amount = Money(amount=sign * (after - before), currency=rate.currency)
    return {"accounting_tax": amount, "exchange_rate": rate}
