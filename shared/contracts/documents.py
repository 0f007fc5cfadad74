"""Messages of the service `documents`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import Moment
from shared.contracts.references import OrderId, OrderOrReference
from shared.contracts.templates import Source
from shared.contracts.values import DocumentKind, Language

InvoiceSyntax = Literal["cii", "ubl"]
InvoiceProfile = Literal["en16931", "peppol", "xrechnung"]
SHA256 = "^[0-9a-f]{64}$"
PageEnd = Annotated[
    str, Field(min_length=1, max_length=200, description="Where the page or part before ended")
]


class DocumentView(Value):
    """A kept document without its bytes; `sha256` and `size` (bytes) are those of the PDF."""

    document_id: UUID
    order_id: UUID
    kind: DocumentKind
    number: str
    filename: str
    sha256: str = Field(pattern=SHA256)
    size: int
    issued_at: AwareDatetime | None = None
    issued_on: date | None = Field(
        default=None, description="The day of issue where the shop is, as it is printed"
    )
    engine: str = Field(
        default="",
        description=(
            "What made it; with `Factur-X EN 16931` at its end the PDF holds the invoice as"
            " data, too"
        ),
    )


class DocumentRendered(Event, name="document.rendered", subject="document_id"):
    """A document was rendered and is kept."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "document": samples.DOCUMENT_VIEW,
    }

    document_id: UUID
    document: DocumentView
    no_e_invoice: str = Field(
        default="",
        description=(
            "Why the PDF of an invoice or credit slip does not hold it as data, with the rule of EN"
            " 16931 and what to fill in; empty where it does, or where the shop wants none"
        ),
    )


class DocumentContent(Event, name="document.content", subject="document_id"):
    """The bytes of a kept document, for those who want them (base64 of the PDF)."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "document": samples.DOCUMENT_VIEW,
        "content": "JVBERi0xLjcK",
    }

    document_id: UUID
    document: DocumentView
    content: Base64Bytes


class DocumentFailed(Event, name="document.failed", subject="document_id"):
    """A document could not be rendered as its snapshot stands; `reason` is one sentence. With the
    code `template_failed` it was rendered all the same, with the built-in template.
    """

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "order_id": samples.ORDER_ID,
        "kind": "invoice",
        "number": "IN000001",
        "code": "sums_differ",
        "reason": "The lines add up to 41.98 EUR but the document says 41.99 EUR.",
    }

    document_id: UUID
    order_id: UUID
    kind: DocumentKind
    number: str
    code: str
    reason: str


class Document(Answer, name="document.get_answered"):
    """A kept document with its bytes (base64)."""

    example: ClassVar[dict[str, Any]] = {
        "document": samples.DOCUMENT_VIEW,
        "content": "JVBERi0xLjcK",
    }

    document: DocumentView
    content: Base64Bytes


class DocumentList(Answer, name="document.list_answered"):
    """Kept documents, newest first; `total` counts all that fit, on whatever page."""

    example: ClassVar[dict[str, Any]] = {
        "documents": [samples.DOCUMENT_VIEW],
        "next": None,
        "total": 1,
    }

    documents: list[DocumentView]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )
    total: int | None = None


class GetDocument(Query, name="document.get", answer=Document, subject="document_id"):
    """Asks for a document and its bytes."""

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID}

    document_id: UUID


class EInvoice(Answer, name="document.e_invoice_answered"):
    """An invoice or credit slip as data (base64 of the XML), written from what was kept of it."""

    example: ClassVar[dict[str, Any]] = {
        "document": samples.DOCUMENT_VIEW,
        "profile": "peppol",
        "syntax": "ubl",
        "content": "PEludm9pY2UvPgo=",
    }

    document: DocumentView
    profile: InvoiceProfile = "en16931"
    syntax: InvoiceSyntax
    content: Base64Bytes


class GetEInvoice(Query, name="document.e_invoice", answer=EInvoice, subject="document_id"):
    """Asks for an invoice or credit slip as data: by the European standard (`en16931`), by Peppol
    BIS Billing 3.0 (`peppol`) or by XRechnung 3.0 (`xrechnung`). Where it cannot keep a rule of
    that profile it is refused with the code `rule_violated`; `rule` and `violations` in `details`
    name the rules, and say what to fill in.
    """

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "profile": "peppol",
        "syntax": None,
    }

    document_id: UUID
    profile: InvoiceProfile = "en16931"
    syntax: InvoiceSyntax | None = Field(
        default=None,
        description=(
            "null: as is usual for the profile, `cii` (as in the PDF) for `en16931`, else `ubl`"
        ),
    )


class ListDocuments(Query, name="document.list", answer=DocumentList):
    """Asks which documents are kept: of an order, or of some kinds and days. Every field that is
    given must fit. Those of orders in some state: ask `order.list` first.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: OrderOrReference | None = None
    kinds: list[DocumentKind] = Field(
        default=[], max_length=5, description="One of these; empty: any"
    )
    issued_from: Moment | None = Field(default=None, description="Then or later")
    issued_before: Moment | None = Field(default=None, description="Earlier than this")
    limit: int = Field(default=200, ge=1, le=1000, strict=True)
    cursor: PageEnd | None = None


class RenderDocument(Command, name="document.render"):
    """Asks for a document to be told of once more: one that is kept, with its stored bytes
    (`document_id`), or else a new summary of an order as it is now (`order_id`). `documents`
    answers for the one, `orders` for the other.
    """

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID, "order_id": None}

    document_id: UUID | None = None
    order_id: OrderId | None = None

    @classmethod
    def is_for(cls, service: str, data: Mapping[str, Any]) -> bool:
        return service == ("orders" if data.get("document_id") is None else "documents")


class PreviewDocument(Command, name="document.preview", subject="kind"):
    """Asks for a draft: of a kept document, or else of a sample; with the shop's template, or the
    one that is given.
    """

    example: ClassVar[dict[str, Any]] = {
        "kind": "invoice",
        "language": "en",
        "document_id": None,
        "html": "",
        "css": "h1 { color: #2255aa }",
    }

    kind: DocumentKind
    language: Language = "en"
    document_id: UUID | None = None
    html: Source = ""
    css: Source = ""


class DocumentPreviewed(Event, name="document.previewed", subject="kind"):
    """A draft, marked as one on each page (base64 of the PDF). It is not kept."""

    example: ClassVar[dict[str, Any]] = {
        "kind": "invoice",
        "language": "en",
        "document_id": None,
        "content": "JVBERi0xLjcK",
    }

    kind: DocumentKind
    language: Language
    document_id: UUID | None
    content: Base64Bytes


class PrintBatch(Command, name="document.print_batch", subject="batch_id"):
    """Asks for kept documents as PDFs with an outline, to be printed: those of some orders, kinds
    and days, in the order of issue. More than `part_size` come in parts, and other work goes on
    between them.
    """

    example: ClassVar[dict[str, Any]] = {
        "batch_id": samples.MESSAGE_ID,
        "kinds": ["invoice"],
        "order_ids": [],
        "issued_from": "2026-11-21T00:00:00Z",
        "issued_before": "2026-11-22T00:00:00Z",
    }

    batch_id: UUID
    kinds: list[DocumentKind] = Field(
        default=[], max_length=5, description="One of these; empty: any"
    )
    order_ids: list[UUID] = Field(
        default=[], max_length=500, description="Of one of these; empty: any"
    )
    issued_from: Moment | None = Field(default=None, description="Then or later")
    issued_before: Moment | None = Field(default=None, description="Earlier than this")
    part_size: int = Field(
        default=500, ge=1, le=500, strict=True, description="Most documents in one PDF"
    )
    part: int = Field(
        default=1, ge=1, strict=True, description="The following parts ask for themselves"
    )
    cursor: PageEnd | None = None


class BatchPrinted(Event, name="document.batch_printed", subject="batch_id"):
    """A part of a batch, and how far it is: documents bound into one PDF (base64), each with its
    entry in the outline. It is not kept. `remaining` documents are still to come; with 0 this is
    the last part.
    """

    example: ClassVar[dict[str, Any]] = {
        "batch_id": samples.MESSAGE_ID,
        "documents": 1,
        "pages": 1,
        "content": "JVBERi0xLjcK",
        "part": 1,
        "remaining": 0,
    }

    batch_id: UUID
    documents: int
    pages: int
    content: Base64Bytes
    part: int = 1
    remaining: int = 0
