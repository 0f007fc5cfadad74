"""Correction of an order's invoices: a credit slip cancels them, and one new invoice replaces
them.
"""

from dataclasses import replace
from datetime import datetime

from services.orders.domain.accounting import documented_order
from services.orders.domain.actions import objection_to_action
from services.orders.domain.changing import tax_objection
from services.orders.domain.corrections import Edited
from services.orders.domain.document_parts import is_empty, whole_part
from services.orders.domain.documents import (
    Document,
    NextNumber,
    corrected_invoices,
    issue,
    issue_part,
    with_document,
)
from services.orders.domain.exemption_rules import objection_to_exemption
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from shared.contracts.message import Event
from shared.contracts.orders import CorrectInvoice, InvoiceCorrected, OrderAddressChanged
from shared.contracts.reason import Reason


def correct(
    order: Order, command: CorrectInvoice, next_number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order with one new invoice in place of its valid ones, and the credit slip that
    cancels these.
    """
    after = replace(
        order,
        invoice_address=command.invoice_address or order.invoice_address,
        invoice_note=order.invoice_note if command.note is None else command.note,
    )
    wrong = _objection(order, after, command)
    if wrong:
        return wrong
    after, slip, invoice = replaced(order, after, next_number, at, command.reason)
    return Edited(
        after, [*_events(order, after, command, slip, invoice, at), slip.event, invoice.event]
    )


def replaced(
    order: Order, after: Order, next_number: NextNumber, at: datetime, reason: str
) -> tuple[Order, Document, Document]:
    """Return the changed order, the credit slip that cancels its invoices, and the new invoice."""
    slip_number, invoice_number = next_number("credit_slip"), next_number("invoice")
    documented = documented_order(order)
    slip = issue_part(
        order,
        "credit_slip",
        slip_number,
        at,
        whole_part(documented, "invoice"),
        reason=reason,
        cash_rounding=order.money(documented.cash_rounding) if documented.cash_rounding else None,
        replaced_by=invoice_number,
        **corrected_invoices(*order.issued("invoice")),
    )
    after = with_document(_on_no_invoice(after), slip)
    invoice = issue(after, "invoice", invoice_number, at)
    return _discounts_moved(with_document(after, invoice), invoice), slip, invoice


def still_invoiced(order: Order) -> bool:
    """Return whether any invoiced amount is not credited yet."""
    return bool(order.issued("invoice")) and not is_empty(order, "invoice")


def _objection(order: Order, after: Order, command: CorrectInvoice) -> Reason | None:
    reason = objection_to_action("order.correct_invoice", order)
    if reason:
        return Reason("not_possible", reason, field="order_id")
    if is_empty(order, "invoice"):
        return Reason(
            "nothing_invoiced", "All invoices of this order are credited already.", field="order_id"
        )
    wrong = objection_to_exemption(after, order.shop.profile.address, field="order_id")
    if wrong:
        return wrong
    reason = "" if command.taxes_checked else tax_objection(order, after)
    return Reason("taxes_may_differ", reason, field="taxes_checked") if reason else None


def _on_no_invoice(order: Order) -> Order:
    """Return the order with its lines ready for a new invoice."""
    return replace(order, lines=tuple(replace(line, invoice=None) for line in order.lines))


def _discounts_moved(order: Order, invoice: Document) -> Order:
    """Return the order with the discounts of replaced invoices moved to the new one."""
    discounts = []
    for each in order.discounts:
        moved = each.invoice in invoice.reference.replaced_document_ids
        issued = invoice.reference.document_id
        discounts.append(replace(each, invoice=issued) if moved else each)
    return replace(order, discounts=tuple(discounts))


def _events(
    order: Order,
    after: Order,
    command: CorrectInvoice,
    slip: Document,
    invoice: Document,
    at: datetime,
) -> list[Event]:
    corrected = InvoiceCorrected(
        order_id=order.order_id,
        order=summary(after),
        replaced=list(order.issued("invoice")),
        credit_slip=slip.reference,
        invoice=invoice.reference,
        invoice_address=after.invoice_address,
        note=after.invoice_note,
        reason=command.reason,
        by=command.by,
        at=at,
    )
    if after.invoice_address == order.invoice_address:
        return [corrected]
    moved = OrderAddressChanged(
        order_id=order.order_id,
        order=summary(after),
        by=command.by,
        at=at,
        delivery_address=after.delivery_address,
        invoice_address=after.invoice_address,
    )
    return [moved, corrected]
