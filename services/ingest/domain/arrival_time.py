"""Find the time of arrival in a mail's header, where the server does not state it, as with POP3."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_LENGTH = 16 * 1024  # bytes of a header that are searched
_RECEIVED = re.compile(rb"^received[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)


def received_at(raw: bytes, at: datetime) -> datetime:
    """Return the time of the topmost Received field, which the last server wrote; `at` if there is
    no such field, or its time is in the future.
    """
    header = re.split(rb"\r?\n\r?\n", raw[:MAX_LENGTH], maxsplit=1)[0]
    found = _RECEIVED.search(header)
    if found is None:
        return at
    time = _parsed(found[1].decode("ascii", "replace"))
    if time is None or not _FIRST < time < at:
        return at
    return time


def _parsed(field: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(" ".join(field.rpartition(";")[2].split()))
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        return time.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
