"""What the handlers of this service touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from services.documents.domain.branding import BUILT_IN, Asset, Branding, Template, languages_of
from services.documents.domain.document import BatchDocument, Rendered, StoredDocument
from services.documents.store import Assets, Documents, Templates
from services.documents.store.branding import AssetKey, TemplateKey
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.handlers import Aggregate
from shared.runtime.storage.locks import LockKind
from shared.runtime.storage.unit_of_work import UnitOfWork


class Renderer(Protocol):
    """Makes documents."""

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        """The document of a snapshot: the same bytes each time. With the built-in template where
        the shop's fails.
        """

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered | Reason:
        """The document with this very template, or why there is none."""

    def shrink(self, picture: bytes, description: str) -> Asset | Reason:
        """A picture, checked and small enough to print, or why there is none."""

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Titles and PDFs as one PDF with an outline, and its number of pages."""


class ContentStore(Protocol):
    """Where the bytes of documents lie that are not in the database."""

    def put(self, content: bytes) -> str:
        """The place where they lie now; empty: nowhere, keep them in the database. Raises
        `NotYet`.
        """

    def read(self, place: str, sha256: str) -> bytes | Reason:
        """The bytes with this hash, or why they are not there. Raises `NotYet`."""

    def problems(self) -> list[str]:
        """Why nothing can be kept or read now."""


@dataclass(frozen=True)
class Adapters:
    """The world outside."""

    renderer: Renderer
    content_store: ContentStore

    def content(self, kept: StoredDocument | BatchDocument) -> bytes | Reason:
        """The stored bytes, or why they are not there. Raises `NotYet`."""
        return self.content_store.read(kept.place, kept.sha256) if kept.place else kept.content


TEMPLATES = LockKind[TemplateKey]("templates")
ASSETS = LockKind[AssetKey]("assets")


class Work(UnitOfWork):
    """The kept documents, and how shops want theirs to look."""

    lock_order = (TEMPLATES, ASSETS)
    adapters: Adapters

    def __init__(self, connection: Connection, adapters: Adapters) -> None:
        super().__init__(connection, adapters)
        self.documents = self.part(Documents(connection))
        self.templates = self.locked(Templates(connection), TEMPLATES)
        self.assets = self.locked(Assets(connection), ASSETS)

    def document(self, document_id: UUID) -> StoredDocument | None:
        """Return a document of the shop of the message in hand."""
        document = self.documents.get(document_id)
        return document if document and document.shop == self.shop else None

    def branding(self, kind: str, language: str) -> Branding:
        """How this shop's documents of a kind look in a language: its template for that, for a
        parent, or for all.
        """
        keys = [(self.shop, kind, tag) for tag in languages_of(language)]
        self.templates.preload(keys)
        found = (self.templates.get(key) for key in keys)
        template = next((one for one in found if one and one != Template()), Template())
        return Branding(template, self.assets.of_shop(self.shop))

    def problems(self) -> list[str]:
        """Whether the object store answers."""
        return self.adapters.content_store.problems()


DOCUMENT = Aggregate("document", Work.document)
