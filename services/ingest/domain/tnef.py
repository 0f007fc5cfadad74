"""Unpack winmail.dat, the format of Outlook for recipients that use Outlook."""

import struct
from typing import TYPE_CHECKING, NamedTuple

from services.ingest.domain.charset import decode
from services.ingest.domain.html_text import text_of_html
from services.ingest.domain.rtf import Rich, read_rtf

if TYPE_CHECKING:
    from tnefparse import TNEF

MAX_RTF_BYTES = 500_000  # bytes of compressed rich text: decompressing it takes time
_ATTRIBUTE = struct.Struct("<BII")
_BEGIN = 6  # bytes before the first attribute


class Packed(NamedTuple):
    """The text, the HTML, and files by name. `whole` is False if a part of it is lost."""

    text: str
    page: str
    files: list[tuple[str, bytes]]
    whole: bool


def unpack(content: bytes) -> Packed | None:
    """Return the content of a winmail.dat; None if it cannot be opened or contains nothing
    readable.
    """
    # Loaded by the processes that parse mails: see `adapters/parser_preload.py`.
    from tnefparse import TNEF  # noqa: PLC0415

    files: list[tuple[str, bytes]] = []
    whole = True
    try:
        box = TNEF(content, do_checksum=False)
        for file in box.attachments:
            data = bytes(file.data or b"")
            if data:
                files.append((str(file.long_filename() or ""), data))
            else:
                whole = False
        text, page = _text(box.body), _text(box.htmlbody)
    except Exception:  # malformed content of any kind
        return None
    rich = Rich()
    if not text.strip() and not page.strip():
        rich = _rich(box)
    text, page = text.strip("\0") or rich.text, page or rich.page
    if not (text.strip() or text_of_html(page) or files):
        return None
    return Packed(text, page, files, whole and _is_whole(content))


def _rich(box: "TNEF") -> Rich:
    """Return the rich text, which is the only text of some mails."""
    from compressed_rtf import decompress  # noqa: PLC0415

    packed = getattr(box, "_rtfbody", None)
    if not isinstance(packed, bytes) or len(packed) > MAX_RTF_BYTES:
        return Rich()
    try:
        # tnefparse removes trailing zeros as padding; the length at the beginning is the true
        # one.
        size = int.from_bytes(packed[:4], "little") + 4
        return read_rtf(decompress(packed.ljust(min(size, len(packed) + 4), b"\0")))
    except Exception:  # the checksum is wrong, or it is cut off
        return Rich()


def _is_whole(content: bytes) -> bool:
    """Return whether every attribute has its full length and the right checksum."""
    place = _BEGIN
    while place + _ATTRIBUTE.size < len(content):
        start = place + _ATTRIBUTE.size
        end = start + _ATTRIBUTE.unpack_from(content, place)[2]
        checksum = int.from_bytes(content[end : end + 2], "little")
        if end + 2 > len(content) or sum(content[start:end]) & 0xFFFF != checksum:
            return False
        place = end + 2
    return True


def _text(found: object) -> str:
    return decode(found) if isinstance(found, bytes) else str(found or "")
