"""Mails to customers about their orders."""

from collections.abc import Iterable
from uuid import UUID

from services.notify.domain.composing import orders
from services.notify.handlers.queue import QUEUE, Published, queue_mails
from services.notify.work import DOCUMENTS, Work
from shared.contracts.envelope import Envelope
from shared.contracts.orders import (
    DocumentMailRequested,
    InvoiceCorrected,
    OrderChangeAnnounced,
    OrderDiscounted,
    OrderEdited,
    OrderExemptionChanged,
    OrderPlaced,
    OrderShippingChanged,
    OrderTransitioned,
    RefundCreated,
    ReturnCompleted,
    ReturnConfirmed,
    ReturnDenied,
    ReturnReceived,
    ReturnRequested,
    StoreCreditGivenBack,
    StoreCreditIssued,
    VoucherCreated,
)
from shared.runtime.handlers import Handlers, any_of

service = Handlers[Work]()


Attaching = (
    OrderPlaced
    | OrderTransitioned
    | ReturnConfirmed
    | OrderEdited
    | OrderDiscounted
    | OrderShippingChanged
    | OrderExemptionChanged
    | DocumentMailRequested
)


def attached(event: Attaching, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the documents that the event's mail attaches."""
    return [document.document_id for document in event.attach]


def attached_in_state(
    event: OrderPlaced | OrderTransitioned, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the documents that the mail of a state attaches, if there is one."""
    if not event.new_state.mail_template:
        return []
    return attached(event, at, work)


def correction(event: InvoiceCorrected, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the documents that correct an invoice."""
    return [event.invoice.document_id, event.credit_slip.document_id]


def credit_slip(event: RefundCreated, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the credit slip of a refund, if it has one."""
    slip = event.refund.credit_slip
    if slip is None:
        return []
    return [slip.document_id]


@service.handles(OrderPlaced, locks=[DOCUMENTS.of(attached_in_state), *QUEUE])
def confirm_order(event: OrderPlaced, work: Work) -> Published:
    """Mail the confirmation of an order, and how to pay."""
    return queue_mails(orders.placed(work.composer, event, work.occasion), work)


@service.handles(OrderTransitioned, locks=[DOCUMENTS.of(attached_in_state), *QUEUE])
def send_state_mail(event: OrderTransitioned, work: Work) -> Published:
    """Mail the customer the new state of an order, with its documents."""
    return queue_mails(orders.transitioned(work.composer, event, work.occasion), work)


@service.handles(OrderShippingChanged, locks=[DOCUMENTS.of(attached), *QUEUE])
def send_tracking_number(event: OrderShippingChanged, work: Work) -> Published:
    """Mail the customer the tracking number, and the documents of a change of the price."""
    mails = orders.shipping_changed(work.composer, event, work.occasion)
    return queue_mails(
        [*mails, *orders.change_documents(work.composer, event, work.occasion)], work
    )


@service.handles(
    any_of(OrderEdited, OrderDiscounted, OrderExemptionChanged),
    locks=[DOCUMENTS.of(attached), *QUEUE],
)
def send_change_documents(
    event: OrderEdited | OrderDiscounted | OrderExemptionChanged, work: Work
) -> Published:
    """Mail the invoices and credit slips that a change of the order brought."""
    return queue_mails(orders.change_documents(work.composer, event, work.occasion), work)


@service.handles(InvoiceCorrected, locks=[DOCUMENTS.of(correction), *QUEUE])
def send_corrected_invoice(event: InvoiceCorrected, work: Work) -> Published:
    """Mail a corrected invoice."""
    return queue_mails(orders.invoice_corrected(work.composer, event, work.occasion), work)


@service.handles(DocumentMailRequested, locks=[DOCUMENTS.of(attached), *QUEUE])
def send_documents(event: DocumentMailRequested, work: Work) -> Published:
    """Mail documents that an employee sends."""
    return queue_mails(orders.documents_requested(work.composer, event, work.occasion), work)


@service.handles(OrderChangeAnnounced, locks=QUEUE)
def send_change(event: OrderChangeAnnounced, work: Work) -> Published:
    """Mail the customer the current content of the order."""
    return queue_mails(orders.change_announced(work.composer, event, work.occasion), work)


@service.handles(RefundCreated, locks=[DOCUMENTS.of(credit_slip), *QUEUE])
def send_credit_slip(event: RefundCreated, work: Work) -> Published:
    """Mail the customer the credit slip of a refund."""
    return queue_mails(orders.refunded(work.composer, event, work.occasion), work)


@service.handles(ReturnConfirmed, locks=[DOCUMENTS.of(attached), *QUEUE])
def send_return_confirmation(event: ReturnConfirmed, work: Work) -> Published:
    """Mail the customer that the return is confirmed, with the return slip."""
    return queue_mails(orders.return_changed(work.composer, event, work.occasion), work)


@service.handles(
    any_of(ReturnRequested, ReturnDenied, ReturnReceived, ReturnCompleted), locks=QUEUE
)
def send_return_state(event: orders.ReturnChanged, work: Work) -> Published:
    """Mail the customer the new state of a return."""
    return queue_mails(orders.return_changed(work.composer, event, work.occasion), work)


@service.handles(VoucherCreated, locks=QUEUE)
def send_voucher(event: VoucherCreated, work: Work) -> Published:
    """Mail the customer the code of a voucher."""
    return queue_mails(orders.voucher_created(work.composer, event, work.occasion), work)


@service.handles(any_of(StoreCreditIssued, StoreCreditGivenBack), locks=QUEUE)
def send_store_credit(event: StoreCreditIssued | StoreCreditGivenBack, work: Work) -> Published:
    """Mail the customer the amount of their store credit and how to use it."""
    return queue_mails(orders.store_credit_changed(work.composer, event, work.occasion), work)
