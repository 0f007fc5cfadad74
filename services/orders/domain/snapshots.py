"""Snapshots: everything that is printed on a document."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid5

from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge, by_rate, unit_prices
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import DocumentKind
from shared.writing.days import days_later


def snapshot_of(
    order: Order, kind: DocumentKind, number: str, at: datetime, part: DocumentPart, **more: Any
) -> DocumentSnapshot:
    """Return the snapshot of a document of a part of an order; `more` are further fields."""
    name = f"{kind}/{number}"
    if kind == "order_summary":
        name = f"{name}/{at.isoformat()}"
    is_due = kind == "invoice" and _is_due(more)
    return DocumentSnapshot(
        document_id=uuid5(order.order_id, name),
        kind=kind,
        number=number,
        issued_at=at,
        language=order.language,
        shop=order.shop.profile,
        order_id=order.order_id,
        order_reference=order.reference,
        ordered_at=order.placed_at,
        customer=order.customer,
        invoice_address=order.invoice_address,
        delivery_address=order.delivery_address,
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        payment_method=order.payment_method,
        payment_means=order.shop.means(order.payment_method),
        by_transfer=order.shop.is_by_transfer(order.payment_method),
        prices=order.prices,
        lines=[_line(order, *line) for line in part.lines],
        shipping_tax=_row(order, order.shipping.rate, part.shipping),
        taxes=list(_taxes(order, part)),
        net=order.money(part.amount.net),
        tax=order.money(part.tax),
        gross=order.money(part.gross),
        exemption=order.exemption,
        supplied_at=_supplied_at(order, kind, at),
        pay_until=_pay_until(order, at) if is_due else None,
        **more,
    )


def _taxes(order: Order, part: DocumentPart) -> Iterator[TaxRow]:
    """Yield a row for each rate of a line, even if its amounts are zero (a gift), and for that of
    the shipping unless it is free.
    """
    borne = {order.lines[number - 1].charge.rate for number, _, _ in part.lines}
    for rate, amount in by_rate(_charges(order, part)).items():
        if rate in borne or amount != Amount():
            yield _row(order, rate, amount)


def _supplied_at(order: Order, kind: DocumentKind, at: datetime) -> datetime | None:
    """Return when the goods were sent; for an earlier invoice its own date, if the shop's profile
    allows it.
    """
    if kind not in ("invoice", "credit_slip"):
        return None
    with_invoice = kind == "invoice" and order.shop.profile.supply_date == "issued"
    return order.shipped_at or (at if with_invoice else None)


def _is_due(more: Mapping[str, Any]) -> bool:
    due = more.get("due")
    return due is not None and due.amount > 0


def _pay_until(order: Order, at: datetime) -> datetime | None:
    days = order.shop.profile.payment_days
    if days is None:
        return None
    return days_later(at, days, order.shop.timezone)


def _charges(order: Order, part: DocumentPart) -> list[Charge]:
    """Return the part's charges with their tax rates, the shipping last."""
    charges = []
    for number, _, amount in part.lines:
        charges.append(replace(order.lines[number - 1].charge, amount=amount))
    return [*charges, replace(order.shipping, amount=part.shipping)]


def _line(order: Order, number: int, quantity: int, amount: Amount) -> DocumentLine:
    line = order.lines[number - 1]
    unit_net, unit_gross = unit_prices(line.charge, order.prices, order.rounding)
    return DocumentLine(
        line=number,
        sku=line.sku,
        name=line.name,
        quantity=quantity,
        tax_rate=line.charge.rate,
        unit_net=order.money(unit_net),
        unit_gross=order.money(unit_gross),
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )


def _row(order: Order, rate: Decimal, amount: Amount) -> TaxRow:
    return TaxRow(
        tax_rate=rate,
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )
