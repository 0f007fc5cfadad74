"""When a mail arrived at its mail server, where the server does not say so itself, as with POP3."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 16 * 1024  # bytes of a header that are looked through
_RECEIVED = re.compile(rb"^received[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)


def received_at(raw: bytes, at: datetime) -> datetime:
    """Return the time of the topmost Received field, which the last server wrote; `at` where it is
    none or to come.
    """
    header = re.split(rb"\r?\n\r?\n", raw[:LONGEST], maxsplit=1)[0]
    found = _RECEIVED.search(header)
    time = _parsed(found[1].decode("ascii", "replace")) if found else None
    return time if time and _FIRST < time < at else at


def _parsed(field: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(" ".join(field.rpartition(";")[2].split()))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
