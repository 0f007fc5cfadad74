"""A stored document: its bytes and their description."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.documents.domain.rendered import Rendered
from shared.contracts.documents import DocumentView
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind
from shared.writing.days import day_of, local

MAX_REFERENCE_LENGTH = 32
MAX_NAME_LENGTH = 60  # characters of a number in a file name


@dataclass(frozen=True)
class DocumentFilter:
    """A filter for documents of a shop; empty fields match everything. `issued_before` is
    exclusive.
    """

    shop: str
    order_ids: Sequence[UUID] = ()
    kinds: Sequence[str] = ()
    issued_from: datetime | None = None
    issued_before: datetime | None = None

    @property
    def fault(self) -> str:
        """Return why no document can match, or ""."""
        if self.issued_from and self.issued_before and self.issued_from >= self.issued_before:
            return "'issued_from' is not earlier than 'issued_before'."
        return ""


@dataclass(frozen=True)
class BatchDocument:
    """The part of a stored document that is needed to merge it; `content` is empty if the object
    store `place` has the bytes.
    """

    document_id: UUID
    issued_at: datetime
    number: str
    sha256: str
    place: str
    content: bytes


@dataclass(frozen=True)
class StoredDocument:
    """A rendered document, never changed; `snapshot` is the JSON that it was rendered from.
    `content` is empty if the object store `place` has the bytes, under their hash.
    """

    document_id: UUID
    shop: str
    order_id: UUID
    kind: DocumentKind
    number: str
    filename: str
    sha256: str
    size: int
    content: bytes
    snapshot: dict[str, Any]
    engine: str
    issued_at: datetime
    rendered_at: datetime
    place: str = ""

    @property
    def issued_on(self) -> date:
        """Return the printed day of issue."""
        return day_of(self.issued_at, self.snapshot["shop"].get("timezone", "UTC"))

    def view(self) -> DocumentView:
        """Return the document as it is published."""
        return DocumentView(**{name: getattr(self, name) for name in DocumentView.model_fields})


def unique_number(snapshot: DocumentSnapshot) -> str:
    """Return the number that a document is stored under. An order can have several summaries, so
    theirs includes the time.
    """
    if snapshot.kind != "order_summary":
        return snapshot.number
    issued = local(snapshot.issued_at, snapshot.shop.timezone)
    return f"{snapshot.number[:MAX_REFERENCE_LENGTH]} {issued:%Y%m%dT%H%M%S.%f%z}"


def stored_document(
    snapshot: DocumentSnapshot, rendered: Rendered, *, shop: str, at: datetime
) -> StoredDocument:
    """Return the rendered document with the data to store."""
    return StoredDocument(
        document_id=snapshot.document_id,
        shop=shop,
        order_id=snapshot.order_id,
        kind=snapshot.kind,
        number=unique_number(snapshot),
        filename=filename(snapshot.kind, unique_number(snapshot)),
        sha256=hashlib.sha256(rendered.content).hexdigest(),
        size=len(rendered.content),
        content=b"" if rendered.place else rendered.content,
        snapshot=snapshot.model_dump(mode="json"),
        engine=rendered.engine,
        issued_at=snapshot.issued_at,
        rendered_at=at,
        place=rendered.place,
    )


def filename(kind: str, number: str) -> str:
    """Return a file name that is safe in every file system and mail: `invoice`, "2026/IN 7" ->
    `invoice-2026-IN-7.pdf`.
    """
    safe = re.sub(r"[^A-Za-z0-9]+", "-", number)[:MAX_NAME_LENGTH].strip("-")
    return "-".join(filter(None, (kind.replace("_", "-"), safe))) + ".pdf"
