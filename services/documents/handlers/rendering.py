"""Issued documents are rendered once, stored and published."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from services.documents.domain.branding import Branding
from services.documents.domain.document import (
    StoredDocument,
    stored_document,
    unique_number,
)
from services.documents.domain.einvoice.conversion import why_no_data
from services.documents.domain.rendered import Rendered
from services.documents.domain.snapshot_checks import objection
from services.documents.work import DOCUMENT, Adapters, Work
from shared.contracts.documents import (
    DocumentContent,
    DocumentFailed,
    DocumentRendered,
    RenderDocument,
)
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    CreditSlipIssued,
    DeliverySlipIssued,
    InvoiceIssued,
    OrderSummaryIssued,
    ReturnSlipIssued,
)
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.handlers import Handlers, any_of, repeatable
from shared.runtime.weight import Weight

Issued = (
    InvoiceIssued | DeliverySlipIssued | CreditSlipIssued | ReturnSlipIssued | OrderSummaryIssued
)
KINDS: dict[type[Event], str] = {
    InvoiceIssued: "invoice",
    DeliverySlipIssued: "delivery_slip",
    CreditSlipIssued: "credit_slip",
    ReturnSlipIssued: "return_slip",
    OrderSummaryIssued: "order_summary",
}

service = Handlers[Work]()


class RenderJob(NamedTuple):
    """The snapshot to render, and the branding."""

    snapshot: DocumentSnapshot
    branding: Branding


def claim(event: Issued, work: Work) -> RenderJob | Reason | None:
    """Return the job, or why the document must not be rendered; None if it is stored already."""
    snapshot = event.document
    if work.documents.get(snapshot.document_id):
        return None
    holder = work.documents.find_number(work.shop, snapshot.kind, unique_number(snapshot))
    found = objection(snapshot, KINDS[type(event)], holder)
    return found or RenderJob(snapshot, work.branding(snapshot.kind, snapshot.language))


def render(claimed: RenderJob | Reason, adapters: Adapters) -> Rendered | Reason:
    """Render the document. Repeating this is safe: the same bytes are stored in the same place
    before any row refers to them.
    """
    if isinstance(claimed, Reason):
        return claimed
    rendered = adapters.renderer.render(*claimed)
    return replace(rendered, place=adapters.content_store.put(rendered.content))


@service.handles(
    any_of(InvoiceIssued, DeliverySlipIssued, CreditSlipIssued, ReturnSlipIssued),
    claim=claim,
    act=repeatable(render),
)
def store_document(event: Issued, work: Work, outcome: Rendered | Reason) -> Iterable[Event]:
    """Store the rendered document and publish it, or publish why it was not rendered."""
    return _keep(event, work, outcome)


@service.handles(OrderSummaryIssued, claim=claim, act=repeatable(render), weight=Weight.BULK)
def keep_summary(
    event: OrderSummaryIssued, work: Work, outcome: Rendered | Reason
) -> Iterable[Event]:
    """Store a summary like other documents; they do not wait behind many summaries."""
    return _keep(event, work, outcome)


def _keep(event: Issued, work: Work, outcome: Rendered | Reason) -> list[Event]:
    if isinstance(outcome, Reason):
        return [_failed(event.document, outcome)]
    if work.documents.get(event.document.document_id):
        return []  # two messages at the same time: the first to be written counts
    document = stored_document(event.document, outcome, shop=work.shop, at=work.now)
    work.documents.save(document.document_id, document)
    return [
        *_rendered_events(document, outcome.content),
        *_fallback_events(event.document, outcome),
    ]


@service.handles(RenderDocument)
def republish_document(command: RenderDocument, work: Work) -> Iterable[Event] | Reason:
    """Publish a stored document again with its stored bytes; nothing is rendered."""
    if command.order_id:
        return Reason("two_named", "Set either 'document_id' or 'order_id'.", field="order_id")
    document = work.document(command.document_id) if command.document_id else None
    if document is None:
        return DOCUMENT.unknown(command.document_id, "document_id")
    content = work.adapters.content(document)
    if isinstance(content, Reason):
        return content.at("document_id")
    return _rendered_events(document, content)


def publish_content_again(event: Envelope) -> list[RenderDocument]:
    """Return the command that publishes a document's bytes, which only this service stores."""
    if event.type != DocumentRendered.wire_type():
        return []
    return [RenderDocument(document_id=event.data["document_id"])]


def _rendered_events(document: StoredDocument, content: bytes) -> list[Event]:
    view = document.view()
    return [
        DocumentRendered(
            document_id=view.document_id,
            document=view,
            no_e_invoice=why_no_data(DocumentSnapshot.model_validate(document.snapshot)),
        ),
        DocumentContent(document_id=view.document_id, document=view, content=b64encode(content)),
    ]


def _fallback_events(snapshot: DocumentSnapshot, rendered: Rendered) -> list[Event]:
    if not rendered.fallback:
        return []
    reason = (
        "It was printed with the built-in template, because the shop's failed:"
        f" {rendered.fallback}."
    )
    return [_failed(snapshot, Reason("template_failed", reason))]


def _failed(snapshot: DocumentSnapshot, why: Reason) -> DocumentFailed:
    return DocumentFailed(
        document_id=snapshot.document_id,
        order_id=snapshot.order_id,
        kind=snapshot.kind,
        number=snapshot.number,
        code=why.code,
        reason=why.sentence,
    )
