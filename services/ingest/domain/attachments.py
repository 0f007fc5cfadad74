"""Files of mails and forms: type by content, safe names, limits."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.message import Message
from uuid import UUID

import filetype

from services.ingest.domain.charset import decode
from services.ingest.domain.headers import words
from services.ingest.domain.thread import derived_id
from shared.contracts import ingest
from shared.writing.text import clean

MAX_NAME_LENGTH = 100  # characters
MAX_PARAMETER_LENGTH = 2000
EXAMINED = 8192  # bytes examined for the type of a file

_TEXTS = {
    "text/plain",
    "text/csv",
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "text/markdown",
    "application/json",
    "message/rfc822",
    "text/rfc822-headers",
    "application/xml",
    "text/xml",
    "application/pgp-signature",
}
_MARKUP = (
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<(?:!doctype html|html|head|body|script)[\s>]", re.IGNORECASE), "text/html"),
)
_PROGRAMS = {
    "application/x-msdownload",
    "application/x-executable",
    "application/vnd.microsoft.portable-executable",
    "application/x-elf",
    "application/x-mach-binary",
    "application/java-archive",
    "application/x-shockwave-flash",
    "application/vnd.android.package-archive",
    "image/svg+xml",
    "text/html",
}
_RUNS = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|msi|msix|cpl|dll|jar|js|jse|vbs|vbe|wsf|wsh|hta|ps1|lnk|url|reg|iso|img|vhd|apk|app|"
    r"dmg|sh|py|chm|html?|xhtml|svg|docm|xlsm|pptm|one|library-ms|settingcontent-ms)[ .]*$",
    re.IGNORECASE,
)
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_BEFORE_MARKUP = b"\xef\xbb\xbf \t\r\n"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. `content_id`: the id by which HTML refers to a picture, without brackets; `inline`:
    shown within the text.

    `dangerous`: opening the file could execute something, judged by content and name.
    """

    filename: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False

    @property
    def dangerous(self) -> bool:
        return self.media_type in _PROGRAMS or bool(_RUNS.search(self.filename))


def attachment(
    name: str, content: bytes, declared: str = "", content_id: str = "", *, inline: bool = False
) -> Attachment:
    """Return a file with a name that is safe to store, and the media type of its content."""
    media_type = type_of(content, declared)
    return Attachment(safe_name(name, media_type), media_type, content, content_id, inline)


def type_of(content: bytes, declared: str = "") -> str:
    """Return the media type by content. The declared type counts for text only, which has no
    signature bytes.
    """
    head = content[:EXAMINED]
    if _is_heic(head):
        return "image/heic"
    known = head and filetype.guess_mime(head)
    if known:
        return str(known)
    if _NO_TEXT.search(head):
        return "application/octet-stream"
    if head.lstrip(_BEFORE_MARKUP).startswith(b"<"):
        for pattern, media_type in _MARKUP:
            if pattern.search(head):
                return media_type
    if declared.lower() in _TEXTS:
        return declared.lower()
    return "text/plain"


def _is_heic(head: bytes) -> bool:
    """Return whether the content is a phone's photo (ISO 23008-12): one of the brands in its first
    box is HEIC.
    """
    box = head[: min(int.from_bytes(head[:4]), 256)]
    if box[4:8] != b"ftyp":
        return False
    return any(box[at : at + 4] in _HEIC for at in range(8, len(box), 4))


def safe_name(name: str, media_type: str = "") -> str:
    """Return a file name without directories, direction marks and characters that some system
    refuses; never empty.
    """
    shown = unicodedata.normalize("NFC", clean(words(name[:MAX_PARAMETER_LENGTH])))
    last = re.split(r"[/\\]", shown)[-1]
    plain = _NO_NAME.sub("_", last).strip(" .")
    if not plain.strip("_"):
        plain = f"attachment{_extension(media_type)}"
    if _DEVICE.match(plain):
        plain = f"_{plain}"
    stem, dot, extension = plain.rpartition(".")
    if dot and 0 < len(extension) <= 16:
        return f"{stem[: MAX_NAME_LENGTH - len(extension) - 1]}.{extension}"
    return plain[:MAX_NAME_LENGTH]


def _extension(media_type: str) -> str:
    if media_type == "text/plain":
        return ".txt"
    for kind in filetype.TYPES:
        if kind.mime == media_type:
            return f".{kind.extension}"
    return ""


def name_in(disposition: str, content_type: str) -> str:
    """Return the file name in two header fields, with RFC 2231 decoded; empty where there is
    none.
    """
    for field, header, parameter in (
        (disposition, "content-disposition", "filename"),
        (content_type, "content-type", "name"),
    ):
        small = Message()
        small[header] = field[:MAX_PARAMETER_LENGTH]
        try:
            found = small.get_param(parameter, header=header)
        except (ValueError, IndexError, LookupError):
            continue
        if isinstance(found, tuple):  # charset, language, and the bytes as characters
            return decode(str(found[2]).encode("latin-1", "replace"), str(found[0] or "utf-8"))
        if found:
            return str(found)
    return ""


def ids_of(message_id: UUID, files: Sequence[Attachment]) -> list[UUID]:
    """Return the ids of a message's files, in their order."""
    return [derived_id("attachment", message_id, number) for number in range(len(files))]


def views(message_id: UUID, files: Sequence[Attachment]) -> list[ingest.Attachment]:
    """Return files as they are listed in their message."""
    shown = []
    for attachment_id, file in zip(ids_of(message_id, files), files, strict=True):
        view = ingest.Attachment(
            attachment_id=attachment_id,
            filename=file.filename,
            media_type=file.media_type,
            size=len(file.content),
            content_id=file.content_id,
            inline=file.inline,
            dangerous=file.dangerous,
        )
        shown.append(view)
    return shown


def numbered(files: list[Attachment]) -> list[Attachment]:
    """Return the files with numbers appended to names that occur more than once."""
    counts: Counter[str] = Counter()
    found = []
    for file in files:
        counts[file.filename.lower()] += 1
        count = counts[file.filename.lower()]
        if count == 1:
            found.append(file)
        else:
            found.append(replace(file, filename=_numbered_name(file.filename, count)))
    return found


def _numbered_name(name: str, count: int) -> str:
    stem, dot, extension = name.rpartition(".")
    if dot and stem:
        return f"{stem}-{count}.{extension}"
    return f"{name}-{count}"
