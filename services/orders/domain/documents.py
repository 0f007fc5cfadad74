"""Issuing a document: its number and everything that will ever be printed on it, fixed now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid5

from services.orders.domain.discounts import amounts
from services.orders.domain.order import Line, Order
from services.orders.domain.pricing import Amount, Charge, by_rate, unit_prices
from shared.contracts.message import Event
from shared.contracts.orders import DeliverySlipIssued, DocumentReference, InvoiceIssued
from shared.contracts.snapshot import DocumentDiscount, DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import DocumentKind

EVENTS: dict[str, type[InvoiceIssued] | type[DeliverySlipIssued]] = {
    "invoice": InvoiceIssued, "delivery_slip": DeliverySlipIssued,
}


@dataclass(frozen=True)
class Document:
    """An issued document."""

    reference: DocumentReference
    event: Event
    issued_at: datetime


def issue(order: Order, kind: DocumentKind, number: str, at: datetime) -> Document:
    """The document with its snapshot. Its id follows from order, kind and number."""
    snapshot = _snapshot(order, kind, number, at)
    reference = DocumentReference(document_id=snapshot.document_id, kind=kind, number=number)
    return Document(reference, EVENTS[kind](order_id=order.order_id, document=snapshot), at)


def _snapshot(order: Order, kind: DocumentKind, number: str, at: datetime) -> DocumentSnapshot:
    charges = [line.charge for line in order.lines] + [order.shipping]
    whole = order.amount
    return DocumentSnapshot(
        document_id=uuid5(order.order_id, f"{kind}/{number}"),
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
        prices=order.prices,
        lines=[_line(order, number, line) for number, line in order.shown],
        discounts=_discounts(order, charges),
        shipping=_row(order, order.shipping.rate, order.shipping.amount),
        taxes=[_row(order, rate, amount) for rate, amount in by_rate(charges).items() if amount.gross],
        net=order.money(whole.net),
        tax=order.money(whole.tax),
        gross=order.money(whole.gross),
        payments=list(order.payments),
        due=order.money(order.due),
    )


def _discounts(order: Order, charges: Sequence[Charge]) -> list[DocumentDiscount]:
    given = [each for each in order.discounts if each.active]
    taken = amounts(charges, given, order.prices, order.rounding)
    return [
        DocumentDiscount(
            name=each.name, code=each.code, kind=each.kind,
            net=order.money(amount.net), tax=order.money(amount.tax), gross=order.money(amount.gross),
        )
        for each, amount in zip(given, taken, strict=True)
    ]


def _line(order: Order, number: int, line: Line) -> DocumentLine:
    unit_net, unit_gross = unit_prices(line.charge, order.prices, order.rounding)
    amount = line.charge.amount
    return DocumentLine(
        line=number, sku=line.sku, name=line.name, quantity=line.charge.quantity, tax_rate=line.charge.rate,
        unit_net=order.money(unit_net), unit_gross=order.money(unit_gross),
        net=order.money(amount.net), tax=order.money(amount.tax), gross=order.money(amount.gross),
    )


def _row(order: Order, rate: Decimal, amount: Amount) -> TaxRow:
    return TaxRow(
        rate=rate,
        net=order.money(amount.net), tax=order.money(amount.tax), gross=order.money(amount.gross),
    )
