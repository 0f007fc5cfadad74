"""Documents of an order that are mailed again, or to another recipient."""

from datetime import datetime

from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from shared.contracts.orders import DocumentMailRequested, SendDocuments
from shared.contracts.reason import Reason


def send_documents(
    order: Order, command: SendDocuments, at: datetime
) -> DocumentMailRequested | Reason:
    """Return the request to mail documents of the order, or a refusal."""
    known = {document.document_id: document for document in order.documents}
    for index, wanted in enumerate(command.document_ids):
        field = f"document_ids[{index}]"
        if wanted not in known:
            reason = f"The order has no document {wanted}: 'order.get' lists its documents."
            return Reason("unknown_document", reason, field=field)
        if wanted in command.document_ids[:index]:
            reason = f"Document {known[wanted].number} is listed twice: list it once."
            return Reason("document_twice", reason, field=field)
    if command.to_name and command.to is None:
        return Reason(
            "name_without_address", "'to_name' needs an address in 'to'.", field="to_name"
        )
    customer = order.customer
    return DocumentMailRequested(
        order_id=order.order_id,
        order=summary(order),
        attach=[known[wanted] for wanted in command.document_ids],
        to=command.to or customer.email,
        to_name=command.to_name if command.to else customer.name,
        language=command.language or order.language,
        text=command.text,
        by=command.by,
        at=at,
    )
