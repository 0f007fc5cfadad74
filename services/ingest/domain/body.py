"""Read the text, HTML and files of all parts of a mail, within limits."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from itertools import islice
from typing import NamedTuple

from services.ingest.domain.attachments import Attachment, attachment, name_in, numbered
from services.ingest.domain.charset import decode
from services.ingest.domain.enclosed_mail import children, decoded_mail
from services.ingest.domain.header_block import tidied
from services.ingest.domain.headers import MAX_FIELDS, Headers, line
from services.ingest.domain.html_text import text_of_html
from services.ingest.domain.inline_text import pgp_marks, without_uuencoded
from services.ingest.domain.invitations import lines_of
from services.ingest.domain.smime import opened
from services.ingest.domain.tnef import Packed, unpack
from shared.contracts.ingest import Mark

MAX_LENGTH = 1_000_000  # characters
MAX_DEPTH = 50
MAX_PARTS = 1000
MAX_FILES = 100
MAX_BYTES = 30 * 2**20  # of all files together, after unpacking

_CHARSET = re.compile(r"charset\*?\s*=\s*[\"']?([^\s\"';]{1,60})", re.IGNORECASE)
_META_CHARSET = re.compile(
    r"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,60})", re.IGNORECASE
)
EXAMINED_FOR_META = 1024  # bytes, as browsers do
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SIGNED = (
    "multipart/signed",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
)
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_REPORTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "message/global-disposition-notification",
)
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(frozen=True, slots=True)
class Body:
    """`text`: the text of the mail, with quotes. `page`: its HTML as sent, or empty."""

    text: str
    page: str = ""
    files: tuple[Attachment, ...] = ()
    marks: tuple[Mark, ...] = ()


class _Said(NamedTuple):
    """The text of a part, and its HTML or an empty string."""

    text: str = ""
    page: str = ""


def body_of(message: Message) -> Body:
    """Return the content of a mail. The text comes from plain parts, else from HTML, else from
    named parts; an enclosed mail is a file.
    """
    walk = _Walk()
    said = walk.read(message, 0)
    text = said.text.strip() or _joined_texts(walk.named_texts)
    walk.marks |= pgp_marks(text)
    if max(len(text), len(said.page)) > MAX_LENGTH:
        walk.marks.add("cut_off")
    files, marks = tuple(numbered(walk.files)), tuple(sorted(walk.marks))
    return Body(text[:MAX_LENGTH], said.page[:MAX_LENGTH], files, marks)


def clean(text: str) -> str:
    """Return text that databases and JSON accept: LF line ends, no control characters but tabs, no
    lone surrogates.
    """
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class _Walk:
    """Reads the parts of a mail in order. `named_texts`: texts of files and reports, used where the
    mail has no other text.
    """

    def __init__(self) -> None:
        self.parts, self.bytes = 0, 0
        self.files: list[Attachment] = []
        self.marks: set[Mark] = set()
        self.named_texts: list[str] = []
        self.invitations: set[str] = set()

    def read(self, part: Message, depth: int) -> _Said:
        self.parts += 1
        if depth > MAX_DEPTH or self.parts > MAX_PARTS:
            self.marks.add("parts_left_out")
            return _Said()
        kind = part.get_content_type()
        if kind in _SIGNED:
            self.marks.add("signed")
        # Checked first: reading the payload of a leaf decodes it by the codec that it names.
        if part.is_multipart():
            return self._of_several(part, kind, depth)
        return self._leaf(part, kind, Headers(part), depth)

    def _of_several(self, part: Message, kind: str, depth: int) -> _Said:
        inside = children(part)
        if kind in _REPORTS:
            self.named_texts.append(clean("\n\n".join(map(_report, inside))))
            return _Said()
        if kind.startswith("message/") and inside:
            return self._forwarded(part, inside[0])
        if kind == "multipart/encrypted":
            self.marks.add("encrypted")
        if _has_parts_behind(part):
            self.marks.add("parts_left_out")
        found: list[tuple[str, _Said]] = []
        for child in inside:
            said = self.read(child, depth + 1)
            if said.text.strip() or said.page:
                found.append((child.get_content_type(), said))
        if kind == "multipart/alternative":
            return _alternative(found)
        return _joined([said for _, said in found])

    def _leaf(self, part: Message, kind: str, headers: Headers, depth: int) -> _Said:
        is_attached = headers.first("content-disposition").lower().startswith("attachment")
        name = name_in(headers.first("content-disposition"), headers.first("content-type"))
        is_text = kind.startswith(("text/plain", "text/html", "multipart/"))
        if is_text and not name and not is_attached:
            return self._text(_decoded(part, headers), kind)
        if is_text and not is_attached:
            self.named_texts.append(_said(_decoded(part, headers), kind).text)
        return self._file(part, kind, name, depth)

    def _text(self, text: str, kind: str) -> _Said:
        said = _said(text, kind)
        if kind == "text/html":
            return said
        text, files = without_uuencoded(said.text)
        for name, content in files:
            self.keep(attachment(name, content))
        return _Said(text, said.page)

    def _file(self, part: Message, kind: str, name: str, depth: int) -> _Said:
        """Store a part as a file, unless its whole content can be read in another way."""
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        if kind in _SMIME or name.lower().endswith(".p7m"):
            inside = opened(content)
            if inside is not None:
                self.marks.add("signed")
                return self.read(message_from_bytes(tidied(inside), policy=compat32), depth + 1)
            self.marks.add("encrypted")
        said, headers = _Said(), Headers(part)
        if kind in _TNEF or name.lower() == "winmail.dat":
            packed = unpack(content)
            said = self._packed(packed) if packed else said
            if packed and packed.whole:
                return said
        if kind == "text/calendar":
            said = self._invitation(_decoded(part, headers))
            if not name.lower().endswith(".ics"):
                name = f"{name or 'invitation'}.ics"
        content_id = headers.first("content-id").strip().strip("<>")[:200]
        is_attached = headers.first("content-disposition").lower().startswith("attachment")
        inline = bool(content_id) and not is_attached
        self.keep(attachment(name, content, kind, line(content_id), inline=inline))
        return said

    def _packed(self, packed: Packed) -> _Said:
        for name, content in packed.files:
            self.keep(attachment(name, content))
        return _Said(clean(packed.text).strip() or text_of_html(packed.page), clean(packed.page))

    def _invitation(self, calendar: str) -> _Said:
        """Return the text of an invitation once: many mails contain it twice."""
        text = lines_of(calendar)
        if text in self.invitations:
            return _Said()
        self.invitations.add(text)
        return _Said(text)

    def _forwarded(self, part: Message, inside: Message) -> _Said:
        """Store an enclosed mail as a file, under its own name or its subject."""
        headers = Headers(part)
        content = decoded_mail(inside, headers.first("content-transfer-encoding").lower())
        name = name_in(headers.first("content-disposition"), headers.first("content-type"))
        subject = line(Headers(inside).first("subject"), 80)
        self.keep(attachment(name or f"{subject or 'message'}.eml", content, "message/rfc822"))
        return _Said()

    def keep(self, file: Attachment) -> None:
        """Add a file, within the limits of number and size."""
        self.bytes += len(file.content)
        if len(self.files) >= MAX_FILES or self.bytes > MAX_BYTES:
            self.marks.add("attachments_left_out")
        elif file.content:
            self.files.append(file)
        else:
            self.marks.add("attachments_empty")


def _alternative(parts: list[tuple[str, _Said]]) -> _Said:
    """Return the plain text, else the last alternative; the text of an invitation is appended."""
    plain = last = page = ""
    invitations: list[str] = []
    for kind, said in parts:
        if kind == "text/calendar":
            invitations.append(said.text)
            continue
        last, page = said.text, said.page or page
        if kind == "text/plain" and said.text.strip() and not plain:
            plain = said.text
    texts = invitations
    if len(invitations) < len(parts):
        texts = [plain or last, *invitations]
    return _Said("\n\n".join(texts), page)


def _has_parts_behind(part: Message) -> bool:
    """Return whether parts follow the closing boundary, as when an inner part reuses the
    boundary.
    """
    boundary = part.get_boundary("")
    return bool(boundary) and f"\n--{boundary}" in f"\n{part.epilogue or ''}"


def _report(block: Message) -> str:
    """Return the fields of a report, and any text in place of fields."""
    lines = []
    for name, value in islice(block.raw_items(), MAX_FIELDS):
        lines.append(f"{name}: {' '.join(str(value).split())}")
    payload = block.get_payload()
    if isinstance(payload, str):
        lines.append(payload)
    return "\n".join(lines).strip()


def _said(text: str, kind: str) -> _Said:
    if kind == "text/html":
        return _Said(text_of_html(text), text)
    return _Said(text)


def _joined(parts: list[_Said]) -> _Said:
    """Return consecutive parts as one; plain text among HTML becomes HTML."""
    text = _joined_texts(part.text for part in parts)
    if not any(part.page for part in parts):
        return _Said(text)
    pages = [part.page or f"<pre>{html.escape(part.text)}</pre>" for part in parts]
    return _Said(text, "<hr>".join(pages))


def _joined_texts(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, map(str.strip, texts)))


def _decoded(part: Message, headers: Headers) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    declared = _CHARSET.search(headers.first("content-type"))
    if declared is None and part.get_content_type() == "text/html":
        declared = _META_CHARSET.search(data[:EXAMINED_FOR_META].decode("latin-1"))
    return clean(decode(data, declared[1] if declared else ""))
