"""What happens to each message."""

from services.documents.handlers.batches import batches
from services.documents.handlers.looks import looks
from services.documents.handlers.papers import papers
from services.documents.handlers.shelf import shelf

__all__ = ["batches", "looks", "papers", "shelf"]
