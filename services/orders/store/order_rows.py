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
from shared.runtime.storage.database import fields_of
from shared.writing.search import sorting

Columns = dict[str, Any]


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


def order_row(order: Order) -> Columns:
    """Return the row of an order, without its parts."""
    row: Columns = {"order_id": order.order_id, "shop": order.shop.key}
    row |= fields_of(order, PLAIN)
    for _, columns in DERIVED:
        row |= columns(order)
    return row


def changed_columns(before: Order, order: Order) -> Columns:
    """Return the columns in which the row of an order may differ from that before: those of its
    changed fields. Most changes leave the addresses and amounts as they are.
    """
    changed: Columns = {}
    for name in PLAIN:
        value = getattr(order, name)
        if value != getattr(before, name):
            changed[name] = value
    for names, columns in DERIVED:
        if any(getattr(order, name) is not getattr(before, name) for name in names):
            changed |= columns(order)
    return changed


def _customer(order: Order) -> Columns:
    return {
        "customer": order.customer.model_dump(mode="json"),
        "customer_sorting": sorting(order.customer.name)[:SORTING],
        "customer_id": order.customer.customer_id,
    }


def _delivery_address(order: Order) -> Columns:
    return {
        "delivery_address": order.delivery_address.model_dump(mode="json"),
        "delivery_country": order.delivery_address.country,
    }


def _amounts(order: Order) -> Columns:
    amount = order.amount
    return {"net": amount.net, "tax": amount.tax, "total": amount.gross}


def _shipping_columns(order: Order) -> Columns:
    return {
        "shipping": order.shipping.price,
        "shipping_rate": str(order.shipping.rate),
        "shipping_net": order.shipping.amount.net,
        "shipping_tax": order.shipping.amount.tax,
        "shipping_off": order.shipping.off,
    }


def _exchange_rate(order: Order) -> Columns:
    rate = order.exchange_rate
    return {"exchange_rate": rate.model_dump(mode="json") if rate else None}


def _exemption(order: Order) -> Columns:
    return {"exemption": order.exemption.model_dump() if order.exemption else None}


def _rounding(order: Order) -> Columns:
    return {"rounding_mode": order.rounding.mode, "rounding_per": order.rounding.per}


PLAIN = (
    "reference",
    "placed_at",
    "state",
    "language",
    "currency",
    "prices",
    "payment_method",
    "carrier",
    "tracking_number",
    "holds_stock",
    "coin",
    "note",
    "invoice_note",
    "shipped_at",
    "slip_digest",
)
"""Fields of an order that are columns of the same name."""
DERIVED: Sequence[tuple[tuple[str, ...], Callable[[Order], Columns]]] = (
    (("customer",), _customer),
    (("delivery_address",), _delivery_address),
    (
        ("invoice_address",),
        lambda order: {"invoice_address": order.invoice_address.model_dump(mode="json")},
    ),
    (
        ("payment_method",),
        lambda order: {"payment_sorting": sorting(order.payment_method)[:SORTING]},
    ),
    (("lines", "shipping"), _amounts),
    (("shipping",), _shipping_columns),
    (("payments",), lambda order: {"paid": order.paid}),
    (("refunds",), lambda order: {"refunded": order.repaid}),
    (("reached",), lambda order: {"reached": " ".join(sorted(order.reached))}),
    (("rounding",), _rounding),
    (("exemption",), _exemption),
    (("shipping_taxed",), lambda order: {"shipping_taxed": taxed_row(order.shipping_taxed)}),
    (("exchange_rate",), _exchange_rate),
)
"""The other columns, by the fields that they are computed from."""


def _shipping(row: Any) -> Charge:
    amount = Amount(row.shipping_net, row.shipping_tax)
    return Charge(row.shipping, 1, Decimal(row.shipping_rate), amount, row.shipping_off)
