"""Issuing a document: its number and everything that will ever be printed on it, fixed now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid5

from services.orders.domain import billing, delivery_slips
from services.orders.domain.accounting import accounting, as_documented, stated_tax
from services.orders.domain.discount_shares import with_fixed_shares
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge, by_rate, total, unit_prices
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreditSlipIssued,
    DeliverySlipIssued,
    InvoiceIssued,
    OrderSummaryIssued,
    ReturnSlipIssued,
)
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import DocumentKind, DocumentReference
from shared.writing.days import days_later

Issued = (
    InvoiceIssued | DeliverySlipIssued | CreditSlipIssued | ReturnSlipIssued | OrderSummaryIssued
)
NextNumber = Callable[[DocumentKind], str]
REPLACING = (
    "delivery_slip",
    "invoice",
)  # kinds of which the document of a whole order is the only one that counts
EVENTS: dict[str, type[Issued]] = {
    "invoice": InvoiceIssued,
    "delivery_slip": DeliverySlipIssued,
    "credit_slip": CreditSlipIssued,
    "return_slip": ReturnSlipIssued,
    "order_summary": OrderSummaryIssued,
}


@dataclass(frozen=True)
class Document:
    """An issued document."""

    reference: DocumentReference
    event: Event
    issued_at: datetime


@dataclass(frozen=True)
class Part:
    """What a document is about: pieces of lines, by their number, with their amounts; and what of
    the shipping.
    """

    lines: tuple[tuple[int, int, Amount], ...]
    shipping: Amount

    @property
    def gross(self) -> int:
        """Return what it comes to, with tax."""
        return self.amount.gross

    @property
    def tax(self) -> int:
        """Return the tax in it."""
        return self.amount.tax

    @property
    def amount(self) -> Amount:
        """Return what it comes to."""
        return total(amount for _, _, amount in self.lines) + self.shipping


def is_empty(order: Order, kind: DocumentKind) -> bool:
    """Whether nothing would stand on the document of the whole order: then it is not issued. A
    delivery slip tells of goods, whatever their shipping costs.
    """
    part = whole_part(order, kind)
    return not part.lines and (kind == "delivery_slip" or not part.shipping.gross)


def whole_part(order: Order, kind: DocumentKind) -> Part:
    """All of it; on an invoice what is still sold, on a delivery slip what is sent: not what was
    refunded before.
    """
    if kind == "invoice":
        order = as_documented(order)
        lines = ((each.number, each.pieces, each.amount) for each in billing.billed(order))
        return Part(tuple(lines), order.remaining(0))
    pieces = (
        order.claimed
        if kind == "delivery_slip"
        else lambda number: order.lines[number - 1].charge.quantity
    )
    lines = ((number, pieces(number), line.charge.amount) for number, line in order.shown)
    return Part(tuple(line for line in lines if line[1]), order.shipping.amount)


def issue(order: Order, kind: DocumentKind, number: str, at: datetime) -> Document:
    """The document of the whole order. A delivery slip replaces the one before, an invoice those
    that count: what these stated is credited.
    """
    order = as_documented(order) if kind == "invoice" else order
    return issue_part(
        order,
        kind,
        number,
        at,
        whole_part(order, kind),
        stated=0,
        due=order.money(order.due),
        rounding=order.money(order.cash_rounding) if order.cash_rounding else None,
        replaces=order.issued(kind) if kind in REPLACING else (),
        **_beside(order, kind),
    )


def _beside(order: Order, kind: DocumentKind) -> dict[str, Any]:
    """Discounts, payments and note; those of the whole order, or of what an invoice bills."""
    if kind != "invoice":
        return {
            "discounts": billing.discounts(order, billing.whole(order)),
            "payments": billing.received(order),
        }
    return {
        "discounts": billing.discounts(order, billing.billed(order)),
        "payments": billing.payments(order),
        "note": order.invoice_note,
    }


def rounding(before: Order, after: Order) -> dict[str, Any]:
    """Return what a snapshot says of the rounding of cash: what an act changes of it; nothing where
    there is none.
    """
    more = after.cash_rounding - before.cash_rounding
    return {"rounding": after.money(more)} if more else {}


def with_document(order: Order, document: Document) -> Order:
    """The order with a document; on an invoice stand all lines that stood on none before, and it
    fixes what the discounts take off each.
    """
    order = replace(order, documents=(*order.documents, document.reference))
    if document.reference.kind == "delivery_slip":
        return replace(order, slip_digest=delivery_slips.digest(order))
    if document.reference.kind != "invoice":
        return order
    issued = document.reference.document_id
    lines = (
        replace(line, invoice=line.invoice or issued) if line.charge.quantity else line
        for line in order.lines
    )
    discounts = with_fixed_shares(order.discounts, [line.charge for line in order.lines])
    return replace(order, lines=tuple(lines), discounts=discounts)


def issue_part(
    order: Order,
    kind: DocumentKind,
    number: str,
    at: datetime,
    part: Part,
    *,
    stated: int | None = None,
    **more: Any,
) -> Document:
    """A document with its snapshot, about a part of the order; `more` are further fields of the
    snapshot. Its id follows from order, kind and number; that of a summary, which is no issued
    document, from the time too. `stated`: the tax that the documents before it state, where the
    order does not say it.
    """
    before = stated_tax(order) if stated is None else stated
    more |= accounting(order, kind, part.tax, before)
    snapshot = _snapshot(order, kind, number, at, part, **more)
    reference = DocumentReference(
        document_id=snapshot.document_id,
        kind=kind,
        number=number,
        issued_at=at,
        replaces=[replaced.document_id for replaced in snapshot.replaces],
    )
    return Document(reference, EVENTS[kind](order_id=order.order_id, document=snapshot), at)


def correcting(*invoices: DocumentReference) -> dict[str, Any]:
    """What a snapshot says of the invoices that it changes."""
    return {
        "corrected": list(invoices),
        "corrects": ", ".join(invoice.number for invoice in invoices),
        "corrects_issued_at": invoices[0].issued_at if len(invoices) == 1 else None,
    }


def _snapshot(
    order: Order, kind: DocumentKind, number: str, at: datetime, part: Part, **more: Any
) -> DocumentSnapshot:
    charges = _charges(order, part)
    whole = total(charge.amount for charge in charges)
    name = f"{kind}/{number}/{at.isoformat()}" if kind == "order_summary" else f"{kind}/{number}"
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
        shipping=_row(order, order.shipping.rate, part.shipping),
        taxes=list(_taxes(order, part, charges)),
        net=order.money(whole.net),
        tax=order.money(whole.tax),
        gross=order.money(whole.gross),
        exemption=order.exemption,
        supplied_at=_supplied_at(order, kind, at),
        pay_until=_pay_until(order, at) if kind == "invoice" and _is_due(more) else None,
        **more,
    )


def _taxes(order: Order, part: Part, charges: Sequence[Charge]) -> Iterator[TaxRow]:
    """A row for each rate that a line bears, be its amounts zero (a gift); shipping that is free
    bears none.
    """
    borne = {order.lines[number - 1].charge.rate for number, _, _ in part.lines}
    for rate, amount in by_rate(charges).items():
        if rate in borne or amount != Amount():
            yield _row(order, rate, amount)


def _supplied_at(order: Order, kind: DocumentKind, at: datetime) -> datetime | None:
    """When the goods were sent; an invoice before that may give its own date, where the shop says
    so.
    """
    if kind not in ("invoice", "credit_slip"):
        return None
    with_invoice = kind == "invoice" and order.shop.profile.supply_date == "issued"
    return order.shipped_at or (at if with_invoice else None)


def _is_due(more: Mapping[str, Any]) -> bool:
    due = more.get("due")
    return due is not None and due.amount > 0


def _pay_until(order: Order, at: datetime) -> datetime | None:
    """The end of the last day for the payment."""
    days = order.shop.profile.payment_days
    return None if days is None else days_later(at, days, order.shop.timezone)


def _charges(order: Order, part: Part) -> list[Charge]:
    """The part with the rates of its taxes, the shipping last."""
    lines = [
        replace(order.lines[number - 1].charge, amount=amount) for number, _, amount in part.lines
    ]
    return [*lines, replace(order.shipping, amount=part.shipping)]


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
        rate=rate,
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )
