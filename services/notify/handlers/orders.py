"""What happened to orders is told to who ordered."""

from services.notify.domain.drafts import orders
from services.notify.handlers.queue import Told, queue
from services.notify.work import Work
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
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(OrderPlaced)
def confirm_order(event: OrderPlaced, work: Work) -> Told:
    """Thanks for the order, and tells how to pay."""
    return queue(orders.placed(work.drafter, event, work.occasion), work)


@service.handles(OrderTransitioned)
def announce_state(event: OrderTransitioned, work: Work) -> Told:
    """Tells the customer of the state, with the documents that it brings."""
    return queue(orders.transitioned(work.drafter, event, work.occasion), work)


@service.handles(OrderShippingChanged)
def tell_tracking_number(event: OrderShippingChanged, work: Work) -> Told:
    """Tell the customer how to follow the parcel, and mail the documents that another price
    brought.
    """
    mails = orders.shipping_changed(work.drafter, event, work.occasion)
    return queue([*mails, *orders.changed(work.drafter, event, work.occasion)], work)


@service.handles(OrderEdited)
@service.handles(OrderDiscounted)
@service.handles(OrderExemptionChanged)
def send_change_documents(
    event: OrderEdited | OrderDiscounted | OrderExemptionChanged, work: Work
) -> Told:
    """Mail the invoices and credit slips that a change of the order brought."""
    return queue(orders.changed(work.drafter, event, work.occasion), work)


@service.handles(InvoiceCorrected)
def send_corrected_invoice(event: InvoiceCorrected, work: Work) -> Told:
    """Mail a corrected invoice."""
    return queue(orders.corrected(work.drafter, event, work.occasion), work)


@service.handles(DocumentMailRequested)
def send_documents(event: DocumentMailRequested, work: Work) -> Told:
    """Mail documents that an employee sends."""
    return queue(orders.documents(work.drafter, event, work.occasion), work)


@service.handles(OrderChangeAnnounced)
def announce_change(event: OrderChangeAnnounced, work: Work) -> Told:
    """Tells the customer what his order is now."""
    return queue(orders.edited(work.drafter, event, work.occasion), work)


@service.handles(RefundCreated)
def send_credit_slip(event: RefundCreated, work: Work) -> Told:
    """Tells the customer what was refunded, with the credit slip."""
    return queue(orders.refunded(work.drafter, event, work.occasion), work)


@service.handles(ReturnRequested)
@service.handles(ReturnConfirmed)
@service.handles(ReturnDenied)
@service.handles(ReturnReceived)
@service.handles(ReturnCompleted)
def announce_return(event: orders.ReturnChanged, work: Work) -> Told:
    """Tells the customer how his return stands."""
    return queue(orders.returned(work.drafter, event, work.occasion), work)


@service.handles(VoucherCreated)
def send_voucher(event: VoucherCreated, work: Work) -> Told:
    """Gives a customer the code of his voucher."""
    return queue(orders.endowed(work.drafter, event, work.occasion), work)


@service.handles(StoreCreditIssued)
@service.handles(StoreCreditGivenBack)
def announce_store_credit(event: StoreCreditIssued | StoreCreditGivenBack, work: Work) -> Told:
    """Tell customers of their store credit and how to use it."""
    return queue(orders.credited(work.drafter, event, work.occasion), work)
