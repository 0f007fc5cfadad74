"""The unit of work of `documents`: its stores, adapters and lock order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.documents.domain.branding import (
    BUILT_IN,
    LOGO,
    Asset,
    Branding,
    first_template,
    languages_of,
)
from services.documents.domain.document import BatchDocument, StoredDocument
from services.documents.domain.rendered import Rendered
from services.documents.store import Assets, Documents, Templates
from services.documents.store.branding import AssetKey
from services.documents.store.tables import versions
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.handlers import Aggregate
from shared.runtime.storage.locks import LockKind
from shared.runtime.storage.template_versions import TemplateKey, TemplateVersions
from shared.runtime.storage.unit_of_work import UnitOfWork, locked_store, store


class Renderer(Protocol):
    """Renders documents as PDF."""

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        """Return the PDF of a snapshot, the same bytes each time. If the shop's template fails, the
        built-in one is used.
        """

    def render_strictly(self, snapshot: DocumentSnapshot, branding: Branding) -> Rendered | Reason:
        """Return the PDF rendered with exactly this template, or why that is not possible."""

    def shrink(self, picture: bytes, description: str, name: str = LOGO) -> Asset | Reason:
        """Return a picture that is checked and small enough to print, or why it cannot be used."""

    def merge(self, documents: Sequence[tuple[str, bytes]]) -> tuple[bytes, int]:
        """Merge PDFs, given with their titles, into one with an outline; return it with its number
        of pages.
        """


class ContentStore(Protocol):
    """The store for the bytes of documents that are not in the database."""

    def put(self, content: bytes) -> str:
        """Store the bytes and return their place; "" means that the database must store them. Raise
        `NotYet`.
        """

    def read(self, place: str, sha256: str) -> bytes | Reason:
        """Return the bytes with this hash, or why they are missing. Raise `NotYet`."""

    def problems(self) -> list[str]:
        """Return why the store cannot be used now, or nothing."""


@dataclass(frozen=True)
class Adapters:
    """The outside world: the renderer, the object store, and HTML and CSS of built-in templates by
    kind.
    """

    renderer: Renderer
    content_store: ContentStore
    built_in: Callable[[str], Mapping[str, str]]

    def content(self, kept: StoredDocument | BatchDocument) -> bytes | Reason:
        """Return the stored bytes, or why they are missing. Raise `NotYet`."""
        return self.content_store.read(kept.place, kept.sha256) if kept.place else kept.content


TEMPLATES = LockKind[TemplateKey]("templates")
ASSETS = LockKind[AssetKey]("assets")


class Work(UnitOfWork):
    """The unit of work: stored documents, and the templates and pictures of shops."""

    lock_order = (TEMPLATES, ASSETS)
    adapters: Adapters
    documents = store(Documents)
    templates = locked_store(Templates, TEMPLATES)
    versions = store(lambda connection: TemplateVersions(connection, versions))
    assets = locked_store(Assets, ASSETS)

    def document(self, document_id: UUID) -> StoredDocument | None:
        """Return a document of the message's shop, or None."""
        document = self.documents.get(document_id)
        if document is None or document.shop != self.shop:
            return None
        return document

    def branding(self, kind: str, language: str) -> Branding:
        """Return the shop's branding for a kind of document: the template for the language, a
        parent language, or all.
        """
        keys = [(self.shop, kind, tag) for tag in languages_of(language)]
        self.templates.preload(keys)
        template = first_template(map(self.templates.get, keys))
        return Branding(template, self.assets.of_shop(self.shop))

    def problems(self) -> list[str]:
        """Return problems of the object store, for health checks."""
        return self.adapters.content_store.problems()


DOCUMENT = Aggregate("document", Work.document)
