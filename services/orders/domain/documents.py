"""Issuing of documents: the number, and a snapshot of everything that is printed, are fixed at
issue.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.orders.domain import billing, delivery_slips
from services.orders.domain.accounting import accounting, documented_order, stated_tax
from services.orders.domain.discount_shares import with_fixed_shares
from services.orders.domain.document_parts import DocumentPart, whole_part
from services.orders.domain.order import Order
from services.orders.domain.snapshots import snapshot_of
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreditSlipIssued,
    DeliverySlipIssued,
    InvoiceIssued,
    OrderSummaryIssued,
    ReturnSlipIssued,
)
from shared.contracts.values import DocumentKind, DocumentReference

Issued = (
    InvoiceIssued | DeliverySlipIssued | CreditSlipIssued | ReturnSlipIssued | OrderSummaryIssued
)
NextNumber = Callable[[DocumentKind], str]
REPLACING = ("delivery_slip", "invoice")
"""Kinds of documents of the whole order that replace the earlier ones."""
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


def issue(order: Order, kind: DocumentKind, number: str, at: datetime) -> Document:
    """Return a document of the whole order.

    A delivery slip replaces the one before; an invoice replaces those that are valid, after
    their amounts were credited.
    """
    if kind == "invoice":
        order = documented_order(order)
    return issue_part(
        order,
        kind,
        number,
        at,
        whole_part(order, kind),
        stated=0,
        due=order.money(order.due),
        cash_rounding=order.money(order.cash_rounding) if order.cash_rounding else None,
        replaces=order.issued(kind) if kind in REPLACING else (),
        **_discounts_and_payments(order, kind),
    )


def _discounts_and_payments(order: Order, kind: DocumentKind) -> dict[str, Any]:
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


def rounding_change(before: Order, after: Order) -> dict[str, Any]:
    """Return the snapshot's field for cash rounding: the difference between two versions of the
    order; no field if there is none.
    """
    more = after.cash_rounding - before.cash_rounding
    return {"cash_rounding": after.money(more)} if more else {}


def with_document(order: Order, document: Document) -> Order:
    """Return the order with a document added.

    An invoice states all lines that were on none before, and fixes the shares of the discounts.
    """
    order = replace(order, documents=(*order.documents, document.reference))
    if document.reference.kind == "delivery_slip":
        return replace(order, slip_digest=delivery_slips.digest(order))
    if document.reference.kind != "invoice":
        return order
    issued = document.reference.document_id
    lines = []
    for line in order.lines:
        on_invoice = line.charge.quantity and line.invoice is None
        lines.append(replace(line, invoice=issued) if on_invoice else line)
    discounts = with_fixed_shares(order.discounts, [line.charge for line in order.lines])
    return replace(order, lines=tuple(lines), discounts=discounts)


def issue_part(
    order: Order,
    kind: DocumentKind,
    number: str,
    at: datetime,
    part: DocumentPart,
    *,
    stated: int | None = None,
    **more: Any,
) -> Document:
    """Return a document, with its snapshot, of a part of the order.

    `more` are further fields of the snapshot. `stated` is the tax that earlier documents state;
    None means the one that the order's own state implies. The id is derived from order, kind and
    number, that of a summary (which may be issued many times under one number) from the time too.
    """
    before = stated_tax(order) if stated is None else stated
    more |= accounting(order, kind, part.tax, before)
    snapshot = snapshot_of(order, kind, number, at, part, **more)
    reference = DocumentReference(
        document_id=snapshot.document_id,
        kind=kind,
        number=number,
        issued_at=at,
        replaced_document_ids=[replaced.document_id for replaced in snapshot.replaces],
    )
    return Document(reference, EVENTS[kind](order_id=order.order_id, document=snapshot), at)


def corrected_invoices(*invoices: DocumentReference) -> dict[str, Any]:
    """Return the snapshot's fields for the invoices that the document corrects."""
    return {
        "corrected": list(invoices),
        "corrects": ", ".join(invoice.number for invoice in invoices),
        "corrects_issued_at": invoices[0].issued_at if len(invoices) == 1 else None,
    }
