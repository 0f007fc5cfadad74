"""Define the messages of the service `documents`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders.lists import Moment
from shared.contracts.references import OrderId, OrderOrReference
from shared.contracts.refusals import codes
from shared.contracts.templates import TemplateSource
from shared.contracts.values import DocumentKind, Language

SHA256 = "^[0-9a-f]{64}$"


PageEnd = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="`next` of the previous page; null: the first page",
    ),
]


class DocumentView(Value):
    """A stored document, without its bytes."""

    document_id: UUID
    order_id: UUID
    kind: DocumentKind
    number: str = Field(description="Number as printed")
    filename: str = Field(description="Suggested file name of the PDF")
    sha256: str = Field(pattern=SHA256, description="SHA-256 of the PDF, in hexadecimal")
    size: int = Field(description="Size of the PDF in bytes")
    issued_at: AwareDatetime | None = Field(
        default=None, description="When the document was issued"
    )
    issued_on: date | None = Field(
        default=None, description="Date of issue in the shop's time zone, as printed"
    )
    engine: str = Field(
        default="",
        description=(
            "Program that rendered it; ends with `Factur-X EN 16931` if the PDF contains the"
            " invoice as data"
        ),
    )


class DocumentRendered(Event, name="document.rendered", subject="document_id"):
    """A document was rendered and stored. Its content is in `document.content`."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "document": samples.DOCUMENT_VIEW,
    }

    document_id: UUID
    document: DocumentView
    no_e_invoice: str = Field(
        default="",
        description=(
            "Why the PDF of an invoice or credit slip does not contain it as data: the rule of EN"
            " 16931, and the missing value; empty if it does, or if the shop wants none"
        ),
    )


class DocumentContent(Event, name="document.content", subject="document_id", holds_document=True):
    """The content of a document was published, after it was rendered or on `document.render`."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID,
        "document": samples.DOCUMENT_VIEW,
        "content": "JVBERi0xLjcK",
    }

    document_id: UUID
    document: DocumentView
    content: Base64Bytes = Field(description="The PDF, in base64")


class DocumentFailed(Event, name="document.failed", subject="document_id"):
    """A document could not be rendered from its snapshot. With the code `template_failed` it was
    rendered, but with the built-in template.
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
    number: str = Field(description="Number of the document")
    code: str = Field(description="Machine-readable code of the fault")
    reason: str = Field(description="One sentence for people")


class Document(Answer, name="document.get_answered"):
    """A stored document with its content."""

    example: ClassVar[dict[str, Any]] = {
        "document": samples.DOCUMENT_VIEW,
        "content": "JVBERi0xLjcK",
    }

    document: DocumentView
    content: Base64Bytes = Field(description="The PDF, in base64")


class DocumentList(Answer, name="document.list_answered"):
    """A page of stored documents, newest first."""

    example: ClassVar[dict[str, Any]] = {
        "documents": [samples.DOCUMENT_VIEW],
        "next": None,
        "total_count": 1,
    }

    documents: list[DocumentView] = Field(description="Documents of this page")
    next: str | None = None
    total_count: int | None = Field(
        default=None, description="Number of documents that match, on all pages"
    )


class GetDocument(Query, name="document.get", answer=Document, subject="document_id"):
    """Return a document with its content."""

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "content_changed content_lost unknown_document"
    )

    document_id: UUID


class ListDocuments(Query, name="document.list", answer=DocumentList):
    """Return the stored documents of an order, of some kinds or of a period, newest first. All
    conditions must match. For documents of orders in a state, use `order.list` first.
    """

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("empty_range unknown_cursor")

    order_id: OrderOrReference | None = None
    kinds: list[DocumentKind] = Field(
        default=[], max_length=5, description="Kinds, one of which must match; empty: any"
    )
    issued_from: Moment | None = Field(default=None, description="Issued at this time or later")
    issued_before: Moment | None = Field(default=None, description="Issued before this time")
    limit: int = Field(default=200, ge=1, le=1000, strict=True)
    cursor: PageEnd | None = None


class RenderDocument(Command, name="document.render"):
    """Publish the content of a stored document again, or issue a new summary of an order.
    `document_id` publishes a stored document unchanged; `order_id` issues a summary of the order as
    it is now.
    """

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID, "order_id": None}
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "content_changed content_lost nothing_named two_named unknown_document unknown_order"
    )

    document_id: UUID | None = Field(
        default=None, description="A stored document; answered by `documents`"
    )
    order_id: OrderId | None = Field(
        default=None, description="An order, by id or reference; answered by `orders`"
    )

    @classmethod
    def is_for(cls, service: str, data: Mapping[str, Any]) -> bool:
        return service == ("orders" if data.get("document_id") is None else "documents")


class DocumentPreview(Answer, name="document.preview_answered"):
    """A draft of a document. Every page is marked as a draft; it is not stored."""

    example: ClassVar[dict[str, Any]] = {
        "kind": "invoice",
        "language": "en",
        "document_id": None,
        "content": "JVBERi0xLjcK",
    }

    kind: DocumentKind
    language: Language = Field(description="Language of the draft")
    document_id: UUID | None = Field(description="The stored document; null: sample data")
    content: Base64Bytes = Field(description="The PDF, in base64")


class PreviewDocument(Query, name="document.preview", answer=DocumentPreview, subject="kind"):
    """Return a draft of a stored document or of sample data, with the shop's template or the given
    one. Nothing is stored or published.
    """

    example: ClassVar[dict[str, Any]] = {
        "kind": "invoice",
        "language": "en",
        "document_id": None,
        "html": "",
        "css": "h1 { color: #2255aa }",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("template_failed unknown_document")

    kind: DocumentKind
    language: Language = Field(default="en", description="Language of the sample data")
    document_id: UUID | None = Field(
        default=None, description="A stored document; null: sample data"
    )
    html: TemplateSource = Field(default="", description="Jinja template to try; empty: the shop's")
    css: TemplateSource = Field(default="", description="Styles to try; empty: the shop's")


class PrintBatch(Command, name="document.print_batch", subject="batch_id"):
    """Bind stored documents into PDFs with an outline, for printing: those of some orders, kinds or
    of a period, in order of issue. More than `part_size` documents are split into parts.
    """

    example: ClassVar[dict[str, Any]] = {
        "batch_id": samples.MESSAGE_ID,
        "kinds": ["invoice"],
        "order_ids": [],
        "issued_from": "2026-11-21T00:00:00Z",
        "issued_before": "2026-11-22T00:00:00Z",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "content_changed content_lost empty_range no_documents part_too_large unknown_cursor"
    )

    batch_id: UUID = Field(description="Chosen by the sender; in the events about the batch")
    kinds: list[DocumentKind] = Field(
        default=[], max_length=5, description="Kinds, one of which must match; empty: any"
    )
    order_ids: list[UUID] = Field(
        default=[], max_length=500, description="Orders, one of which must match; empty: any"
    )
    issued_from: Moment | None = Field(default=None, description="Issued at this time or later")
    issued_before: Moment | None = Field(default=None, description="Issued before this time")
    part_size: int = Field(
        default=500, ge=1, le=500, strict=True, description="Maximum number of documents in one PDF"
    )
    part: int = Field(
        default=1,
        ge=1,
        le=100_000,
        strict=True,
        description="Number of the part; leave it out, the service requests further parts itself",
    )
    cursor: PageEnd | None = None


class BatchPrinted(Event, name="document.batch_printed", subject="batch_id", holds_document=True):
    """A part of a batch was bound into one PDF, with an outline entry per document. The PDF is not
    stored.
    """

    example: ClassVar[dict[str, Any]] = {
        "batch_id": samples.MESSAGE_ID,
        "document_count": 1,
        "pages": 1,
        "content": "JVBERi0xLjcK",
        "part": 1,
        "remaining": 0,
    }

    batch_id: UUID
    document_count: int = Field(description="Number of documents in this part")
    pages: int = Field(description="Number of pages in this part")
    content: Base64Bytes = Field(description="The PDF, in base64")
    part: int = Field(default=1, description="Number of the part, from 1")
    remaining: int = Field(
        default=0, description="Documents of the batch still to come; 0: this is the last part"
    )
