"""Issue, correct and send the documents of an order."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from services.orders.domain import sending
from services.orders.domain.actions import objection_to_action
from services.orders.domain.correct_invoice import correct
from services.orders.domain.documents import issue, with_document
from services.orders.domain.order import Order
from services.orders.domain.slip_replacement import replace_outdated_slip
from services.orders.handlers.customers import save_new_addresses
from services.orders.handlers.keys import CUSTOMER, NUMBERS
from services.orders.work import ORDER, STORED_ORDER, Work
from services.orders.work.kinds import ORDERS
from shared.contracts.documents import RenderDocument
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    CorrectInvoice,
    InvoiceNoted,
    IssueDeliverySlip,
    IssueInvoice,
    PrintSummary,
    SendDocuments,
    SetInvoiceNote,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(IssueInvoice, on=ORDER, locks=[NUMBERS])
def issue_invoice(order: Order, _command: IssueInvoice, work: Work) -> Iterable[Event] | Reason:
    """Issue the order's first invoice."""
    reason = objection_to_action("order.issue_invoice", order)
    if reason:
        return Reason("not_possible", reason, field="order_id")
    invoice = issue(order, "invoice", work.numbers("invoice"), work.now)
    work.orders.save(order.order_id, with_document(order, invoice))
    return [invoice.event]


@service.handles(CorrectInvoice, on=ORDER, locks=[NUMBERS, CUSTOMER])
def correct_invoice(order: Order, command: CorrectInvoice, work: Work) -> Iterable[Event] | Reason:
    """Correct the invoices of an order by a credit slip and another invoice."""
    decision = correct(order, command, work.numbers, work.now)
    if isinstance(decision, Reason):
        return decision
    after, slips = replace_outdated_slip(decision.order, work.numbers, work.now)
    work.orders.save(order.order_id, after)
    return [*decision.events, *slips, *save_new_addresses(order, after, work)]


@service.handles(IssueDeliverySlip, on=ORDER, locks=[NUMBERS])
def issue_delivery_slip(
    order: Order, _command: IssueDeliverySlip, work: Work
) -> Iterable[Event] | Reason:
    """Issue the order's first delivery slip, or one in place of an outdated one."""
    reason = objection_to_action("order.issue_delivery_slip", order)
    if reason:
        return Reason("not_possible", reason, field="order_id")
    slip = issue(order, "delivery_slip", work.numbers("delivery_slip"), work.now)
    work.orders.save(order.order_id, with_document(order, slip))
    return [slip.event]


@service.handles(SetInvoiceNote, on=STORED_ORDER)
def set_invoice_note(order: Order, command: SetInvoiceNote, work: Work) -> Iterable[Event] | Reason:
    """Set the note on the invoice."""
    invoices = order.issued("invoice")
    if invoices:
        reason = (
            f"Invoice {invoices[-1].number} was issued and stays as it is: 'order.correct_invoice'"
            " issues it anew with another note."
        )
        return Reason("invoice_issued", reason, field="order_id")
    work.orders.save(order.order_id, replace(order, invoice_note=command.note))
    return [InvoiceNoted(order_id=order.order_id, note=command.note, by=command.by)]


@service.handles(SendDocuments, on=ORDER)
def send_documents(order: Order, command: SendDocuments, work: Work) -> Iterable[Event] | Reason:
    """Mail documents again, or to another address."""
    found = sending.send_documents(order, command, work.now)
    return found if isinstance(found, Reason) else [found]


@service.handles(PrintSummary, on=ORDER)
def print_summary(order: Order, _command: PrintSummary, work: Work) -> Iterable[Event]:
    """Issue a summary of the order's current state."""
    return [issue(order, "order_summary", order.reference, work.now).event]


def printed_order(command: RenderDocument, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the order of the requested summary."""
    return [command.order_id] if command.order_id else []


@service.handles(RenderDocument, locks=[ORDERS.of(printed_order)])
def render_summary(command: RenderDocument, work: Work) -> Iterable[Event] | Reason:
    """Issue a summary if the command names an order instead of a document."""
    if command.order_id is None:
        return Reason("nothing_named", "Give either document_id or order_id.", field="document_id")
    order = work.order(command.order_id)
    if order is None:
        return ORDER.unknown(command.order_id, "order_id")
    return [issue(order, "order_summary", order.reference, work.now).event]
