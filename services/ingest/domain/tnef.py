"""winmail.dat: what Outlook packs a mail into when it believes to speak with Outlook."""

from typing import NamedTuple

from tnefparse import TNEF

from services.ingest.domain.charset import decode


class Packed(NamedTuple):
    """What was inside: the text, the HTML, and files by name."""

    text: str
    page: str
    files: list[tuple[str, bytes]]


def unpack(content: bytes) -> Packed | None:
    """What a winmail.dat holds; None if it cannot be opened."""
    try:
        box = TNEF(content, do_checksum=False)
        files = [(str(file.long_filename() or ""), bytes(file.data or b"")) for file in box.attachments]
        return Packed(_text(box.body), _text(box.htmlbody), files)
    except Exception:  # whatever a sender may have packed
        return None


def _text(found: object) -> str:
    return decode(found) if isinstance(found, bytes) else str(found or "")
