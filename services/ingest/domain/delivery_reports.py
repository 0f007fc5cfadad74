"""The parts of a report: what a mail server states field by field, and the mail that it sends
back.
"""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from itertools import islice

from services.ingest.domain.charset import decode
from services.ingest.domain.enclosed_mail import ENCODED, decoded_mail
from services.ingest.domain.headers import Headers

LONGEST_LOOK = 256 * 1024  # characters of a report that are looked through
MOST_PARTS = 50
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)


def has_delivery_status(message: Message) -> bool:
    """Return whether the report states fields (RFC 3464), as a part of its own or in its
    Content-Type.
    """
    named = "delivery-status" in str(message.get("content-type", "")).lower()
    return named or any(part.get_content_type() in _STATUS for part in _own_parts(message))


def has_returned_mail(message: Message) -> bool:
    """Return whether the mail that failed, or its header, comes back as a part."""
    return any(part.get_content_type() in _RETURNED for part in _own_parts(message))


def status_blocks(message: Message) -> Iterator[Headers]:
    """Yield the blocks of a delivery status: one about the mail, one for each recipient."""
    for part in islice(message.walk(), MOST_PARTS):
        if part.get_content_type() in _STATUS:
            yield from map(Headers, _blocks(part))


def decoded_text(message: Message) -> str:
    """Return what parts say that are encoded, or mails inside the mail; the beginning of it where
    it is long.
    """
    texts = [
        _text(part) for part in islice(message.walk(), MOST_PARTS) if _encoding(part) in ENCODED
    ]
    return "\n\n".join(texts)[:LONGEST_LOOK].replace("\r\n", "\n")


def stated_text(message: Message) -> str:
    """Return what the report itself says, without what it sends back."""
    texts = [_text(part) for part in _own_parts(message) if part.get_content_maintype() == "text"]
    return "\n\n".join(texts)[:LONGEST_LOOK]


def _own_parts(message: Message) -> list[Message]:
    """The parts of a mail, and those of its parts, but not those of mails inside it."""
    found, left = list[Message](), [message]
    while left and len(found) < MOST_PARTS:
        part = left.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            left += [child for child in part.get_payload() if isinstance(child, Message)]
    return found


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    inside = (
        [block for block in payload if isinstance(block, Message)]
        if isinstance(payload, list)
        else []
    )
    if _encoding(part) not in ENCODED:
        return inside
    # Encoding is forbidden here, so the parser took the encoded lines for the text of a block.
    content = _content(part).replace(b"\r\n", b"\n")
    return [
        message_from_bytes(block + b"\n\n", policy=compat32)
        for block in content.split(b"\n\n")[:MOST_PARTS]
    ]


def _text(part: Message) -> str:
    return decode(_content(part)[: 2 * LONGEST_LOOK])


def _content(part: Message) -> bytes:
    """The decoded bytes of a part; of a mail or a report inside the mail, those as which it
    came.
    """
    if not part.is_multipart():
        content = part.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""
    inside = [child for child in part.get_payload() if isinstance(child, Message)]
    return b"".join(decoded_mail(child, _encoding(part)) for child in inside)


def _encoding(part: Message) -> str:
    return str(part.get("content-transfer-encoding", "")).strip().lower()
