"""Read the envelope of a message that is too large to be decoded: its data could take a hundred
times its size in memory.
"""

import json
import re
from typing import Any

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.contracts.reason import Reason

MAX_BODY = 16_000_000  # bytes; the largest attachments take up 15 MB in base64
MAX_VALUES = 1_000_000  # in the data, of some 60 bytes each
HEAD = 64_000  # bytes in which the attributes must be, before the data
ATTRIBUTES_LATE = Reason(
    "too_large",
    "The message is too large, and its attributes do not come before its data.",
    details={"most": MAX_BODY},
)
_SPACE = re.compile(r"\s*")


def excess(body: bytes) -> str | None:
    """Return in one sentence why a message is too large, or None."""
    if len(body) > MAX_BODY:
        size = len(body) / 1e6
        return f"The message has {size:.1f} MB; {MAX_BODY // 1_000_000} MB are allowed at most."
    if len(body) <= MAX_VALUES:
        return None
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > MAX_VALUES:
        return f"The message has more than {MAX_VALUES:,} values."
    return None


def decode_head(body: bytes) -> Envelope:
    """Return the envelope with empty data. Raises `Unreadable` if the attributes do not come before
    the data.
    """
    attributes = _members(body[:HEAD].decode("utf-8", "ignore"))
    return decode(json.dumps(attributes).encode())


def _members(text: str) -> dict[str, Any]:
    """Return the members of a JSON object up to `data`."""
    decoder = json.JSONDecoder()
    found: dict[str, Any] = {}
    at = _after(text, 0, "{")
    try:
        while True:
            name, at = decoder.raw_decode(text, _skip(text, at))
            at = _skip(text, _after(text, at, ":"))
            if name == "data":
                return found
            found[name], at = decoder.raw_decode(text, at)
            at = _after(text, at, ",")
    except (ValueError, TypeError, RecursionError):
        raise Unreadable(ATTRIBUTES_LATE) from None


def _after(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise Unreadable(ATTRIBUTES_LATE)
    return at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
