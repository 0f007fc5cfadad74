"""Having documents of an order mailed once more, or to somebody else."""

from datetime import datetime

from services.orders.domain.order import Order
from shared.contracts.orders import DocumentMailRequested, SendDocuments
from shared.contracts.reason import Reason


def send_documents(
    order: Order, command: SendDocuments, at: datetime
) -> DocumentMailRequested | Reason:
    """Return the request to mail documents of the order, or why not."""
    known = {document.document_id: document for document in order.documents}
    for place, wanted in enumerate(command.documents):
        if wanted not in known:
            reason = f"The order has no document {wanted}: 'order.get' tells its documents."
            return Reason("unknown_document", reason, field=f"documents.{place}")
        if wanted in command.documents[:place]:
            reason = f"{known[wanted].number} is named twice: name it once."
            return Reason("document_twice", reason, field=f"documents.{place}")
    if command.to_name and command.to is None:
        return Reason(
            "name_without_address", "'to_name' needs an address in 'to'.", field="to_name"
        )
    customer = order.customer
    return DocumentMailRequested(
        order_id=order.order_id,
        order=order.summary(),
        attach=[known[wanted] for wanted in command.documents],
        to=command.to or customer.email,
        to_name=command.to_name if command.to else customer.name,
        language=command.language or order.language,
        message=command.message,
        by=command.by,
        at=at,
    )
