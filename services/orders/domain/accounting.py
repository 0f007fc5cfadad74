"""What the documents of an order state: the refunds that they tell of, and the tax in the seller's
own currency (Directive 2006/112/EC, Art. 230).

That tax is converted cumulatively: each document states the difference that it makes to the
converted tax of all documents before it. Converted one by one, partial credit slips could come to a
cent more or less than their invoice.
"""

from dataclasses import replace
from typing import Any

from services.orders.domain.order import Order
from services.orders.domain.pricing import total
from shared.contracts.values import DocumentKind, Money


def as_documented(order: Order) -> Order:
    """Return the order as its documents state it: without the refunds that no document tells
    of.
    """
    return replace(order, refunds=tuple(refund for refund in order.refunds if refund.documented))


def stated_tax(order: Order) -> int:
    """Return the tax that is invoiced and not credited, of an order that was not cancelled."""
    if not order.issued("invoice"):
        return 0
    told = as_documented(order)
    refunded = [told.refunded_shipping, *map(told.refunded_amount, _numbers(order))]
    return order.amount.tax - total(refunded).tax


def accounting(order: Order, kind: DocumentKind, tax: int, stated: int) -> dict[str, Any]:
    """Return the fields of a snapshot for a tax in the seller's own currency, at the rate of the
    order; `stated` is the tax that the documents before it state.
    """
    rate = order.exchange_rate
    sign = {"invoice": 1, "credit_slip": -1}.get(kind, 0)
    before = order.in_accounting_currency(stated)
    after = order.in_accounting_currency(stated + sign * tax)
    if not tax or not sign or rate is None or before is None or after is None:
        return {}
    amount = Money(amount=sign * (after - before), currency=rate.currency)
    return {"accounting_tax": amount, "exchange_rate": rate}


def _numbers(order: Order) -> range:
    return range(1, len(order.lines) + 1)
