"""Where a page of a list ended, as a text that means nothing to anybody else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Cursor:
    """The last entry that was given: its time, and its key for those of the same moment."""

    at: datetime
    key: UUID


def write(cursor: Cursor) -> str:
    """The cursor as text."""
    return (
        urlsafe_b64encode(f"{cursor.at.isoformat()}|{cursor.key.hex}".encode()).decode().rstrip("=")
    )


def read(text: str) -> Cursor | None:
    """The text as a cursor; None where it is none of ours."""
    try:
        at, _, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        cursor = Cursor(datetime.fromisoformat(at), UUID(hex=key))
    except ValueError:  # of base64, UTF-8, the time or the key
        return None
    return cursor if write(cursor) == text and cursor.at.tzinfo else None
