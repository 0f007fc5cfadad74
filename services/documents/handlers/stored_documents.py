"""Queries about stored documents."""

from base64 import b64encode

from services.documents.domain.document import DocumentFilter, StoredDocument
from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.work import DOCUMENT, Work
from shared.contracts.cursor import Cursor, read, write
from shared.contracts.documents import Document, DocumentList, GetDocument, ListDocuments
from shared.contracts.e_invoices import EInvoice, GetEInvoice, InvoiceSyntax
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import InvoiceProfile
from shared.runtime.handlers import Handlers

WRITERS = {"cii": cii.write, "ubl": ubl.write}
DEFAULT_SYNTAX: dict[InvoiceProfile, InvoiceSyntax] = {
    "en16931": "cii",
    "peppol": "ubl",
    "xrechnung": "ubl",
}

service = Handlers[Work]()


@service.handles(GetDocument, on=DOCUMENT)
def get_document(document: StoredDocument, _query: GetDocument, work: Work) -> Document | Reason:
    """Return a document with its stored bytes."""
    content = work.adapters.content(document)
    if isinstance(content, Reason):
        return content.at("document_id")
    return Document(document=document.view(), content=b64encode(content))


@service.handles(GetEInvoice, on=DOCUMENT)
def get_e_invoice(document: StoredDocument, query: GetEInvoice, _work: Work) -> EInvoice | Reason:
    """Return the document as an e-invoice, from the snapshot that it was rendered from."""
    syntax = query.syntax or DEFAULT_SYNTAX[query.standard]
    if query.standard == "peppol" and syntax != "ubl":
        return Reason("wrong_syntax", "Peppol carries UBL, not CII.", field="syntax")
    made = einvoice(DocumentSnapshot.model_validate(document.snapshot), query.standard)
    if isinstance(made, Reason):
        return made.at("document_id")
    content = b64encode(WRITERS[syntax](made))
    return EInvoice(
        document=document.view(), standard=query.standard, syntax=syntax, content=content
    )


@service.handles(ListDocuments)
def list_documents(query: ListDocuments, work: Work) -> DocumentList | Reason:
    """List documents page by page; nothing for an order that has none, known or not."""
    orders = work.documents.orders(work.shop, query.order_id) if query.order_id else []
    wanted = DocumentFilter(work.shop, orders, query.kinds, query.issued_from, query.issued_before)
    if wanted.fault:
        return Reason("empty_range", wanted.fault, field="issued_before")
    after = None
    if query.cursor:
        after = read(query.cursor)
    if query.cursor and after is None:
        return Reason(
            "unknown_cursor",
            "The cursor is invalid; use 'next' of the previous page.",
            field="cursor",
        )
    if query.order_id and not orders:
        return DocumentList(documents=[], total_count=0)
    found = work.documents.page(wanted, query.limit + 1, after)
    shown = found[: query.limit]
    more = len(found) > query.limit and shown[-1].issued_at
    behind = write(Cursor(more, shown[-1].document_id)) if more else None
    return DocumentList(documents=shown, next=behind, total_count=work.documents.count(wanted))
