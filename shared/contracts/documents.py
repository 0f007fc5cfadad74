"""Messages of the service `documents`."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Event, Query, Value
from shared.contracts.values import DocumentKind

SHA256 = "^[0-9a-f]{64}$"


class DocumentView(Value):
    """A kept document without its bytes; `sha256` and `size` (bytes) are those of the PDF."""

    document_id: UUID
    order_id: UUID
    kind: DocumentKind
    number: str
    filename: str
    sha256: str = Field(pattern=SHA256)
    size: int


class DocumentRendered(Event, name="document.rendered", subject="document_id"):
    """A document was rendered and is kept."""

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID, "document": samples.DOCUMENT_VIEW}

    document_id: UUID
    document: DocumentView


class DocumentContent(Event, name="document.content", subject="document_id"):
    """The bytes of a kept document, for those who want them (base64 of the PDF)."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID, "document": samples.DOCUMENT_VIEW, "content": "JVBERi0xLjcK",
    }

    document_id: UUID
    document: DocumentView
    content: Base64Bytes


class DocumentFailed(Event, name="document.failed", subject="document_id"):
    """A document could not be rendered as its snapshot stands; `reason` is one sentence."""

    example: ClassVar[dict[str, Any]] = {
        "document_id": samples.DOCUMENT_ID, "order_id": samples.ORDER_ID, "kind": "invoice", "number": "IN000001",
        "code": "sums_differ", "reason": "The lines add up to 41.98 EUR but the document says 41.99 EUR.",
    }

    document_id: UUID
    order_id: UUID
    kind: DocumentKind
    number: str
    code: str
    reason: str


class Document(Answer, name="document.get_answered"):
    """A kept document with its bytes (base64)."""

    example: ClassVar[dict[str, Any]] = {"document": samples.DOCUMENT_VIEW, "content": "JVBERi0xLjcK"}

    document: DocumentView
    content: Base64Bytes


class DocumentList(Answer, name="document.list_answered"):
    """The kept documents of an order, oldest first."""

    example: ClassVar[dict[str, Any]] = {"documents": [samples.DOCUMENT_VIEW]}

    documents: list[DocumentView]


class GetDocument(Query, name="document.get", answer=Document, subject="document_id"):
    """Asks for a document and its bytes."""

    example: ClassVar[dict[str, Any]] = {"document_id": samples.DOCUMENT_ID}

    document_id: UUID


class ListDocuments(Query, name="document.list", answer=DocumentList, subject="order_id"):
    """Asks which documents of an order are kept."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID
