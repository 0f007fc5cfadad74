"""Read what is legible of a message that is no CloudEvent, so that its sender can be answered."""

import json
import re
from collections.abc import Mapping
from typing import Any

ATTRIBUTES = ("id", "type", "replyto", "correlationid", "shop", "language")
ADDRESS = "replyto"
MAX_LENGTH = 200
MAX_SEARCHED = 1_000_000  # bytes at each end of a message, which may have 128 MB
Attributes = Mapping[str, str]


def legible_attributes(body: bytes) -> Attributes:
    """Return the attributes that can be read, by name. Never raises."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return _searched(body)
    if isinstance(found, list) and found:  # a batch of CloudEvents
        found = found[0]
    if not isinstance(found, dict):
        return {}
    return _usable(found | {ADDRESS: found.get(ADDRESS) or misspelt_address(found)})


def misspelt_address(attributes: Mapping[str, Any]) -> str | None:
    """Return the address in an attribute such as `replyTo` or `reply_to`, or None."""
    for name, value in attributes.items():
        if name.replace("_", "").replace("-", "").lower() == ADDRESS and isinstance(value, str):
            return value
    return None


def _searched(body: bytes) -> Attributes:
    """Return the attributes in a text that is no JSON: one that is cut off, or has a comma too
    many. What looks like one inside of the data does no harm: the sender wrote it, too.
    """
    ends = [body] if len(body) <= 2 * MAX_SEARCHED else [body[:MAX_SEARCHED], body[-MAX_SEARCHED:]]
    text = "".join(end.decode("utf-8", "replace") for end in ends)
    found: dict[str, Any] = {}
    for name in ATTRIBUTES:
        spelling = "reply[_-]?to" if name == ADDRESS else name
        match = re.search(rf'"(?i:{spelling})"\s*:\s*"([^"\\]{{1,{MAX_LENGTH}}})"', text)
        if match:
            found[name] = match[1]
    return _usable(found)


def _usable(found: Mapping[str, Any]) -> Attributes:
    """Return the attributes that a reply can carry: texts that are neither long nor binary."""
    usable = {}
    for name in ATTRIBUTES:
        value = found.get(name)
        if isinstance(value, str) and is_usable(value):
            usable[name] = value
    return usable


def is_usable(text: str) -> bool:
    """Return whether a text can be a property of AMQP, which has 255 bytes, and be stored."""
    return 0 < len(text.encode(errors="replace")) <= 255 and "\0" not in text and _is_utf8(text)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True
