"""Issuing the invoice of an order anew: a credit slip cancels what was invoiced, and one invoice
takes its place.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

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
from shared.contracts.message import Event
from shared.contracts.orders import CorrectInvoice, InvoiceCorrected, OrderAddressChanged
from shared.contracts.reason import Reason


def correct(
    order: Order, command: CorrectInvoice, number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order with one invoice in the place of all that count, and the credit slip that
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
    after, slip, invoice = replaced(order, after, number, at, command.reason)
    return Edited(
        after, [*_told(order, after, command, slip, invoice, at), slip.event, invoice.event]
    )


def replaced(
    order: Order, after: Order, number: NextNumber, at: datetime, reason: str
) -> tuple[Order, Document, Document]:
    """Return the changed order with the slip that cancels what is invoiced, and the invoice in its
    place.
    """
    slip_number, invoice_number = number("credit_slip"), number("invoice")
    documented = documented_order(order)
    slip = issue_part(
        order,
        "credit_slip",
        slip_number,
        at,
        whole_part(documented, "invoice"),
        reason=reason,
        rounding=order.money(documented.cash_rounding) if documented.cash_rounding else None,
        replaced_by=invoice_number,
        **corrected_invoices(*order.issued("invoice")),
    )
    after = with_document(_on_no_invoice(after), slip)
    invoice = issue(after, "invoice", invoice_number, at)
    return _discounts_moved(with_document(after, invoice), invoice), slip, invoice


def still_invoiced(order: Order) -> bool:
    """Return whether anything that was invoiced is not credited yet."""
    return bool(order.issued("invoice")) and not is_empty(order, "invoice")


def _objection(order: Order, after: Order, command: CorrectInvoice) -> Reason | None:
    reason = objection_to_action("order.correct_invoice", order)
    if reason:
        return Reason("not_possible", reason, field="order_id")
    if is_empty(order, "invoice"):
        return Reason(
            "nothing_invoiced", "All that was invoiced is credited already.", field="order_id"
        )
    wrong = objection_to_exemption(after, order.shop.profile.address, field="order_id")
    if wrong:
        return wrong
    reason = "" if command.taxes_checked else tax_objection(order, after)
    return Reason("taxes_may_differ", reason, field="taxes_checked") if reason else None


def _on_no_invoice(order: Order) -> Order:
    """Return the order with its lines ready for another invoice."""
    return replace(order, lines=tuple(replace(line, invoice=None) for line in order.lines))


def _discounts_moved(order: Order, invoice: Document) -> Order:
    """Return the order with the discounts that were given for a replaced invoice on the new one."""
    replaced, issued = set(invoice.reference.replaces), invoice.reference.document_id

    def moved(given_for: UUID | None) -> UUID | None:
        return issued if given_for in replaced else given_for

    return replace(
        order,
        discounts=tuple(replace(each, invoice=moved(each.invoice)) for each in order.discounts),
    )


def _told(
    order: Order,
    after: Order,
    command: CorrectInvoice,
    slip: Document,
    invoice: Document,
    at: datetime,
) -> list[Event]:
    corrected = InvoiceCorrected(
        order_id=order.order_id,
        order=after.summary(),
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
        order=after.summary(),
        by=command.by,
        at=at,
        delivery_address=after.delivery_address,
        invoice_address=after.invoice_address,
    )
    return [moved, corrected]
