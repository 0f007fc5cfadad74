"""What happens to each message."""

from services.documents.handlers.looks import looks
from services.documents.handlers.papers import papers

__all__ = ["looks", "papers"]
