"""One handler per incoming message."""

from services.documents.handlers.batches import batches
from services.documents.handlers.branding import branding
from services.documents.handlers.rendering import rendering
from services.documents.handlers.stored_documents import stored_documents

__all__ = ["batches", "branding", "rendering", "stored_documents"]
