"""The parts of a delivery report: status fields, texts, and the returned mail."""

from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from itertools import islice

from services.ingest.domain.charset import decode
from services.ingest.domain.enclosed_mail import ENCODED, children, decoded_mail
from services.ingest.domain.headers import Headers

MAX_REPORT_LENGTH = 256 * 1024  # characters of a report that are searched
MAX_PARTS = 50
_STATUS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)


def has_delivery_status(message: Message) -> bool:
    """Return whether the report has status fields (RFC 3464), as a part or in its Content-Type."""
    if "delivery-status" in str(message.get("content-type", "")).lower():
        return True
    return _has_part(message, _STATUS)


def has_returned_mail(message: Message) -> bool:
    """Return whether the undelivered mail, or its header, is enclosed as a part."""
    return _has_part(message, _RETURNED)


def _has_part(message: Message, kinds: tuple[str, ...]) -> bool:
    return any(part.get_content_type() in kinds for part in _own_parts(message))


def status_blocks(message: Message) -> Iterator[Headers]:
    """Yield the blocks of a delivery status: one about the mail, one for each recipient."""
    for part in islice(message.walk(), MAX_PARTS):
        if part.get_content_type() in _STATUS:
            yield from map(Headers, _blocks(part))


def decoded_text(message: Message) -> str:
    """Return the text of encoded parts and enclosed mails, up to a limit."""
    encoded = filter(_is_encoded, islice(message.walk(), MAX_PARTS))
    return _joined(encoded).replace("\r\n", "\n")


def stated_text(message: Message) -> str:
    """Return the text of the report itself, without the returned mail."""
    return _joined(filter(_is_text, _own_parts(message)))


def _is_encoded(part: Message) -> bool:
    return _encoding(part) in ENCODED


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text"


def _joined(parts: Iterable[Message]) -> str:
    return "\n\n".join(map(_text, parts))[:MAX_REPORT_LENGTH]


def _own_parts(message: Message) -> list[Message]:
    """Return the parts of a mail recursively, without those of enclosed mails."""
    found, left = list[Message](), [message]
    while left and len(found) < MAX_PARTS:
        part = left.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart":
            left += _inside(part)
    return found


def _inside(part: Message) -> list[Message]:
    # Asked first: reading the payload of a leaf decodes it by the codec that it names.
    if not part.is_multipart():
        return []
    return children(part)


def _blocks(part: Message) -> list[Message]:
    if _encoding(part) not in ENCODED:
        return _inside(part)
    # Encoding is forbidden here, so the parser took the encoded lines for the text of a block.
    blocks = _content(part).replace(b"\r\n", b"\n").split(b"\n\n")[:MAX_PARTS]
    return [message_from_bytes(block + b"\n\n", policy=compat32) for block in blocks]


def _text(part: Message) -> str:
    return decode(_content(part)[: 2 * MAX_REPORT_LENGTH])


def _content(part: Message) -> bytes:
    """Return the decoded bytes of a part; the source of an enclosed mail or report."""
    if part.is_multipart():
        return b"".join(decoded_mail(child, _encoding(part)) for child in _inside(part))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _encoding(part: Message) -> str:
    return str(part.get("content-transfer-encoding", "")).strip().lower()
