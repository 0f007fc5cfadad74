"""Drafts of documents, for their asker only."""

from base64 import b64encode
from dataclasses import replace

from services.documents.domain.branding import Template
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import sample
from services.documents.handlers.templates import Trial
from services.documents.work import Adapters, Work
from shared.contracts.documents import DocumentPreview, PreviewDocument
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.handlers import Handlers, repeatable

service = Handlers[Work]()


def plan_draft(query: PreviewDocument, work: Work) -> Trial | Reason:
    """Return the document to render: a stored snapshot or a sample, with the shop's template or
    the one in the query.
    """
    snapshot = sample(query.kind, query.language)
    if query.document_id:
        document = work.document(query.document_id)
        if document is None or document.kind != query.kind:
            sentence = f"There is no {query.kind} {query.document_id} in this shop."
            return Reason("unknown_document", sentence, field="document_id")
        snapshot = DocumentSnapshot.model_validate(document.snapshot)
    branding = work.branding(query.kind, snapshot.language)
    own = branding.template
    branding = replace(branding, template=Template(query.html or own.html, query.css or own.css))
    return Trial([snapshot], replace(branding, draft=True))


def render_draft(claimed: Trial | Reason, adapters: Adapters) -> Rendered | Reason:
    """Render the document with exactly this branding, or return why that is not possible."""
    if isinstance(claimed, Reason):
        return claimed
    [snapshot] = claimed.snapshots
    return adapters.renderer.render_strictly(snapshot, claimed.branding)


@service.handles(PreviewDocument, claim=plan_draft, act=repeatable(render_draft))
def preview_document(
    query: PreviewDocument, _work: Work, outcome: Rendered | Reason
) -> DocumentPreview | Reason:
    """Return the draft."""
    if isinstance(outcome, Reason):
        return outcome
    return DocumentPreview(
        kind=query.kind,
        language=query.language,
        document_id=query.document_id,
        content=b64encode(outcome.content),
    )
