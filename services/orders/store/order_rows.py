"""Conversion of an order to a row of `orders`, and back."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge
from services.orders.domain.shop import Shop
from services.orders.store.order_parts import (
    change_of,
    discount_of,
    document_of,
    line_of,
    payment_of,
    taxed_of,
    taxed_row,
)
from services.orders.store.refunds import refund_of, return_of
from services.orders.store.tables import (
    SORTING,
    documents,
    order_discounts,
    order_history,
    order_lines,
    payments,
    refunds,
    returns,
)
from shared.contracts.orders import Rounding
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import Address, Customer
from shared.writing.search import sorting


def order_of(row: Any, shop: Shop, part: Callable[[Table], Sequence[Any]]) -> Order:
    """Return the order of a row; `part` returns the rows of another table that belong to it."""
    return Order(
        order_id=row.order_id,
        shop=shop,
        reference=row.reference,
        placed_at=row.placed_at,
        customer=Customer.model_validate(row.customer),
        language=row.language,
        currency=row.currency,
        prices=row.prices,
        lines=tuple(map(line_of, part(order_lines))),
        carrier=row.carrier,
        shipping=_shipping(row),
        payment_method=row.payment_method,
        delivery_address=Address.model_validate(row.delivery_address),
        invoice_address=Address.model_validate(row.invoice_address),
        state=row.state,
        tracking_number=row.tracking_number,
        holds_stock=row.holds_stock,
        note=row.note,
        invoice_note=row.invoice_note,
        exemption=Exemption.model_validate(row.exemption) if row.exemption else None,
        shipped_at=row.shipped_at,
        shipping_taxed=taxed_of(row.shipping_taxed),
        exchange_rate=ExchangeRate.model_validate(row.exchange_rate) if row.exchange_rate else None,
        reached=frozenset((row.reached or "").split()),
        history=tuple(map(change_of, part(order_history))),
        payments=tuple(map(payment_of, part(payments))),
        documents=tuple(map(document_of, part(documents))),
        rounding=Rounding(mode=row.rounding_mode, per=row.rounding_per),
        coin=row.coin,
        discounts=tuple(map(discount_of, part(order_discounts))),
        refunds=tuple(map(refund_of, part(refunds))),
        returns=tuple(map(return_of, part(returns))),
        slip_digest=row.slip_digest,
    )


def order_row(order: Order) -> dict[str, Any]:
    """Return the row of an order, without its parts."""
    amount = order.amount
    return {
        "order_id": order.order_id,
        "shop": order.shop.key,
        "reference": order.reference,
        "placed_at": order.placed_at,
        "state": order.state,
        "customer": order.customer.model_dump(mode="json"),
        "language": order.language,
        "currency": order.currency,
        "prices": order.prices,
        "net": amount.net,
        "tax": amount.tax,
        "paid": order.paid,
        "refunded": order.repaid,
        "payment_method": order.payment_method,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "shipping": order.shipping.price,
        "shipping_rate": str(order.shipping.rate),
        "shipping_net": order.shipping.amount.net,
        "shipping_tax": order.shipping.amount.tax,
        "shipping_off": order.shipping.off,
        "delivery_address": order.delivery_address.model_dump(mode="json"),
        "invoice_address": order.invoice_address.model_dump(mode="json"),
        "holds_stock": order.holds_stock,
        "rounding_mode": order.rounding.mode,
        "rounding_per": order.rounding.per,
        "coin": order.coin,
        "reached": " ".join(sorted(order.reached)),
        "customer_sorting": sorting(order.customer.name)[:SORTING],
        "payment_sorting": sorting(order.payment_method)[:SORTING],
        "customer_id": order.customer.customer_id,
        "delivery_country": order.delivery_address.country,
        "total": amount.gross,
        "note": order.note,
        "invoice_note": order.invoice_note,
        "exemption": order.exemption.model_dump() if order.exemption else None,
        "shipped_at": order.shipped_at,
        "shipping_taxed": taxed_row(order.shipping_taxed),
        "exchange_rate": (
            order.exchange_rate.model_dump(mode="json") if order.exchange_rate else None
        ),
        "slip_digest": order.slip_digest,
    }


def _shipping(row: Any) -> Charge:
    amount = Amount(row.shipping_net, row.shipping_tax)
    return Charge(row.shipping, 1, Decimal(row.shipping_rate), amount, row.shipping_off)
