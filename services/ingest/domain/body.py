"""What is in a mail: its text, its HTML and its files, of all its parts, within limits."""

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
from services.ingest.domain.enclosed_mail import decoded_mail
from services.ingest.domain.header_block import tidied
from services.ingest.domain.headers import MOST_FIELDS, Headers, line
from services.ingest.domain.html_text import text_of_html
from services.ingest.domain.inline_text import pgp_marks, without_uuencoded
from services.ingest.domain.invitations import lines_of
from services.ingest.domain.smime import opened
from services.ingest.domain.tnef import Packed, unpack
from shared.contracts.ingest import Mark

LONGEST = 1_000_000  # characters
DEEPEST = 50
MOST_PARTS = 1000
MOST_FILES = 100
MOST_BYTES = 30 * 2**20  # of all files together, packed ones unpacked

_CHARSET = re.compile(r"charset\*?\s*=\s*[\"']?([^\s\"';]{1,60})", re.IGNORECASE)
_META_CHARSET = re.compile(
    r"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,60})", re.IGNORECASE
)
LOOKED_AT_FOR_META = 1024  # bytes, as browsers do
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
    """`text`: what the sender wrote, with what he quotes. `page`: the HTML as it was sent, or
    empty.
    """

    text: str
    page: str = ""
    files: tuple[Attachment, ...] = ()
    marks: tuple[Mark, ...] = ()


class _Said(NamedTuple):
    """The text of a part, and its HTML where it has any."""

    text: str = ""
    page: str = ""


def body_of(message: Message) -> Body:
    """Text from plain parts, else from the HTML, else from named parts; a mail inside the mail is a
    file of it.
    """
    walk = _Walk()
    said = walk.read(message, 0)
    text = said.text.strip() or "\n\n".join(filter(None, map(str.strip, walk.named_texts)))
    walk.marks |= pgp_marks(text)
    if max(len(text), len(said.page)) > LONGEST:
        walk.marks.add("cut_off")
    files, marks = tuple(numbered(walk.files)), tuple(sorted(walk.marks))
    return Body(text[:LONGEST], said.page[:LONGEST], files, marks)


def clean(text: str) -> str:
    """Text that databases and JSON take: one kind of line end, no control characters but tabs, no
    half characters.
    """
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class _Walk:
    """`named_texts`: what parts say that are files or reports of machines too; it is the text where
    nothing else is.
    """

    def __init__(self) -> None:
        self.parts, self.bytes = 0, 0
        self.files: list[Attachment] = []
        self.marks: set[Mark] = set()
        self.named_texts: list[str] = []
        self.invitations: set[str] = set()

    def read(self, part: Message, depth: int) -> _Said:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            self.marks.add("parts_left_out")
            return _Said()
        kind, headers = part.get_content_type(), Headers(part)
        if kind in _SIGNED:
            self.marks.add("signed")
        if (
            part.is_multipart()
        ):  # asked first: the payload of a leaf would be decoded by whatever codec it names
            return self._of_several(part, kind, depth)
        return self._leaf(part, kind, headers, depth)

    def _of_several(self, part: Message, kind: str, depth: int) -> _Said:
        inside = [child for child in part.get_payload() if isinstance(child, Message)]
        if kind in _REPORTS:
            self.named_texts.append(clean("\n\n".join(map(_report, inside))))
            return _Said()
        if kind.startswith("message/") and inside:
            return self._forwarded(part, inside[0])
        if kind == "multipart/encrypted":
            self.marks.add("encrypted")
        if _has_parts_behind(part):
            self.marks.add("parts_left_out")
        read = [(child.get_content_type(), self.read(child, depth + 1)) for child in inside]
        spoken = [(kind, said) for kind, said in read if said.text.strip() or said.page]
        return (
            _alternative(spoken)
            if kind == "multipart/alternative"
            else _joined(said for _, said in spoken)
        )

    def _leaf(self, part: Message, kind: str, headers: Headers, depth: int) -> _Said:
        disposition = headers.first("content-disposition").lower()
        name = name_in(headers.first("content-disposition"), headers.first("content-type"))
        is_text = kind.startswith(("text/plain", "text/html", "multipart/"))
        if not is_text or name or disposition.startswith("attachment"):
            if is_text and not disposition.startswith("attachment"):
                self.named_texts.append(_said(_decoded(part, headers), kind).text)
            return self._file(part, kind, name, depth)
        said = _said(_decoded(part, headers), kind)
        text, files = without_uuencoded(said.text) if kind != "text/html" else (said.text, [])
        for inner, inside in files:
            self.keep(attachment(inner, inside))
        return _Said(text, said.page)

    def _file(self, part: Message, kind: str, name: str, depth: int) -> _Said:
        """Keep a part as a file, unless all of it can be read in another way."""
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        if kind in _SMIME or name.lower().endswith(".p7m"):
            inside = opened(content)
            if inside is not None:
                self.marks.add("signed")
                return self.read(message_from_bytes(tidied(inside), policy=compat32), depth + 1)
            self.marks.add("encrypted")
        packed = unpack(content) if kind in _TNEF or name.lower() == "winmail.dat" else None
        if packed and packed.whole:
            return self._packed(packed)
        headers = Headers(part)
        said = self._packed(packed) if packed else _Said()
        if kind == "text/calendar":
            name = name if name.lower().endswith(".ics") else f"{name or 'invitation'}.ics"
            said = self._invitation(_decoded(part, headers))
        cid = headers.first("content-id").strip().strip("<>")[:200]
        inline = bool(cid) and not headers.first("content-disposition").lower().startswith(
            "attachment"
        )
        self.keep(attachment(name, content, kind, line(cid), inline=inline))
        return said

    def _packed(self, packed: Packed) -> _Said:
        for name, content in packed.files:
            self.keep(attachment(name, content))
        return _Said(clean(packed.text).strip() or text_of_html(packed.page), clean(packed.page))

    def _invitation(self, calendar: str) -> _Said:
        """Return what an invitation says, once: many mails bring it along twice."""
        text = lines_of(calendar)
        new = text not in self.invitations
        self.invitations.add(text)
        return _Said(text) if new else _Said()

    def _forwarded(self, part: Message, inside: Message) -> _Said:
        """Keep a mail inside the mail as a file, under its own name or its subject."""
        headers = Headers(part)
        content = decoded_mail(inside, headers.first("content-transfer-encoding").lower())
        name = name_in(headers.first("content-disposition"), headers.first("content-type"))
        subject = line(Headers(inside).first("subject"), 80)
        self.keep(attachment(name or f"{subject or 'message'}.eml", content, "message/rfc822"))
        return _Said()

    def keep(self, file: Attachment) -> None:
        """A file, if there is room for it."""
        self.bytes += len(file.content)
        if len(self.files) >= MOST_FILES or self.bytes > MOST_BYTES:
            self.marks.add("attachments_left_out")
        elif file.content:
            self.files.append(file)
        else:
            self.marks.add("attachments_empty")


def _alternative(spoken: list[tuple[str, _Said]]) -> _Said:
    """Return the plain text, else the last of the alternatives; what an invitation says comes
    behind it.
    """
    invitations = [said.text for kind, said in spoken if kind == "text/calendar"]
    others = [(kind, said) for kind, said in spoken if kind != "text/calendar"]
    plain = [said.text for kind, said in others if kind == "text/plain" and said.text.strip()]
    texts = [*plain, *(said.text for _, said in reversed(others))][:1]
    page = next((said.page for _, said in reversed(others) if said.page), "")
    return _Said("\n\n".join([*texts, *invitations]), page)


def _has_parts_behind(part: Message) -> bool:
    """Return whether parts stand behind the last one, since a part inside has the same boundary."""
    boundary = part.get_boundary("")
    return bool(boundary) and f"\n--{boundary}" in f"\n{part.epilogue or ''}"


def _report(block: Message) -> str:
    """Return the fields of a report, and what stands there in their place."""
    payload = block.get_payload()
    fields = [
        f"{name}: {' '.join(str(value).split())}"
        for name, value in islice(block.raw_items(), MOST_FIELDS)
    ]
    return "\n".join([*fields, payload if isinstance(payload, str) else ""]).strip()


def _said(text: str, kind: str) -> _Said:
    return _Said(text_of_html(text), text) if kind == "text/html" else _Said(text)


def _joined(pieces: Iterable[_Said]) -> _Said:
    """Several parts one after another; plain text among HTML becomes HTML."""
    said = list(pieces)
    text = "\n\n".join(each.text.strip() for each in said if each.text.strip())
    if not any(each.page for each in said):
        return _Said(text)
    return _Said(
        text, "<hr>".join(each.page or f"<pre>{html.escape(each.text)}</pre>" for each in said)
    )


def _decoded(part: Message, headers: Headers) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    declared = _CHARSET.search(headers.first("content-type"))
    if declared is None and part.get_content_type() == "text/html":
        declared = _META_CHARSET.search(data[:LOOKED_AT_FOR_META].decode("latin-1"))
    return clean(decode(data, declared[1] if declared else ""))
