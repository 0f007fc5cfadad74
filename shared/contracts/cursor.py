"""Encode the position after the last entry of a page as an opaque text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page: its time, and its key to separate entries of the same time."""

    at: datetime
    key: UUID


def write(cursor: Cursor) -> str:
    """Return the cursor as text."""
    return (
        urlsafe_b64encode(f"{cursor.at.isoformat()}|{cursor.key.hex}".encode()).decode().rstrip("=")
    )


def read(text: str) -> Cursor | None:
    """Return the cursor in a text, or None if the text is not a cursor of ours."""
    try:
        at, _, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        cursor = Cursor(datetime.fromisoformat(at), UUID(hex=key))
    except ValueError:  # of base64, UTF-8, the time or the key
        return None
    return cursor if write(cursor) == text and cursor.at.tzinfo else None
