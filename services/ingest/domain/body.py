"""What is in a mail: its text, its HTML and its files, of all its parts, within limits."""

import binascii
import contextlib
import html
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32
from typing import NamedTuple

from services.ingest.domain.attachments import Attachment, attachment, name_in, numbered
from services.ingest.domain.charset import decode
from services.ingest.domain.headers import Headers, line
from services.ingest.domain.markup import text_of_html
from services.ingest.domain.tnef import unpack
from shared.contracts.ingest import Mark

LONGEST = 1_000_000  # characters
DEEPEST = 50
MOST_PARTS = 1000
MOST_FILES = 100
MOST_BYTES = 30 * 2**20  # of all files together, packed ones unpacked

_CHARSET = re.compile(r"charset\*?\s*=\s*[\"']?([^\s\"';]{1,60})", re.IGNORECASE)
_META_CHARSET = re.compile(r"<meta\b[^<>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,60})", re.IGNORECASE)
LOOKED_AT_FOR_META = 1024  # bytes, as browsers do
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SEALED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_AS_IT_CAME = compat32.clone(max_line_length=0, mangle_from_=False)
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(frozen=True, slots=True)
class Body:
    """`text`: what the sender wrote, with what he quotes. `page`: the HTML as it was sent, or empty."""

    text: str
    page: str = ""
    files: tuple[Attachment, ...] = ()
    marks: tuple[Mark, ...] = ()


class _Said(NamedTuple):
    """The text of a part, and its HTML where it has any."""

    text: str = ""
    page: str = ""


def body_of(message: Message) -> Body:
    """Text from plain parts, else from the HTML; a mail inside the mail is a file of it."""
    walk = _Walk()
    said = walk.read(message, 0)
    files, marks = tuple(numbered(walk.files)), tuple(sorted(walk.marks))
    return Body(said.text.strip()[:LONGEST], said.page[:LONGEST], files, marks)


def clean(text: str) -> str:
    """Text that databases and JSON take: one kind of line end, no control characters but tabs, no half characters."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class _Walk:
    def __init__(self) -> None:
        self.parts, self.bytes = 0, 0
        self.files: list[Attachment] = []
        self.marks: set[Mark] = set()

    def read(self, part: Message, depth: int) -> _Said:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            self.marks.add("parts_left_out")
            return _Said()
        kind, headers = part.get_content_type(), Headers(part)
        self._note(kind)
        if part.is_multipart():  # asked first: the payload of a leaf would be decoded by whatever codec it names
            inside = [child for child in part.get_payload() if isinstance(child, Message)]
            if kind == "message/delivery-status":
                return _Said()
            if kind.startswith("message/") and inside:
                return self._forwarded(part, inside[0])
            return self._of_many(kind, inside, depth)
        return self._leaf(part, kind, headers)

    def _note(self, kind: str) -> None:
        if kind == "multipart/signed" or kind in _SIGNATURES:
            self.marks.add("signed")
        if kind in _SEALED:
            self.marks.add("encrypted")

    def _of_many(self, kind: str, children: list[Message], depth: int) -> _Said:
        read = [(child.get_content_type(), self.read(child, depth + 1)) for child in children]
        said = [(kind, said) for kind, said in read if said.text.strip() or said.page]
        if kind != "multipart/alternative":
            return _joined(said for _, said in said)
        plain = [said.text for kind, said in said if kind == "text/plain" and said.text.strip()]
        texts = [*plain, *(said.text for _, said in reversed(said))]
        return _Said(texts[0] if texts else "", next((said.page for _, said in reversed(said) if said.page), ""))

    def _leaf(self, part: Message, kind: str, headers: Headers) -> _Said:
        disposition = headers.first("content-disposition")
        name = name_in(disposition, headers.first("content-type"))
        attached = disposition.lower().startswith("attachment") or bool(name)
        if attached or not kind.startswith(("text/plain", "text/html", "multipart/")):
            return self._file(part, kind, headers, name)
        text = _decoded(part, headers)
        return _Said(text_of_html(text), text) if kind == "text/html" else _Said(text)

    def _file(self, part: Message, kind: str, headers: Headers, name: str) -> _Said:
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        packed = unpack(content) if kind in _TNEF or name.lower() == "winmail.dat" else None
        if packed:
            for inner, inside in packed.files:
                self.keep(attachment(inner, inside))
            return _Said(clean(packed.text).strip() or text_of_html(packed.page), clean(packed.page))
        cid = headers.first("content-id").strip().strip("<>")[:200]
        inline = bool(cid) and not headers.first("content-disposition").lower().startswith("attachment")
        self.keep(attachment(name, content, kind, line(cid), inline=inline))
        return _Said()

    def _forwarded(self, part: Message, inside: Message) -> _Said:
        """Keep a mail inside the mail as a file, under its own name or its subject."""
        headers = Headers(part)
        content = _decoded_mail(_bytes(inside), headers.first("content-transfer-encoding").lower())
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


def _joined(pieces: Iterable[_Said]) -> _Said:
    """Several parts one after another; plain text among HTML becomes HTML."""
    said = list(pieces)
    text = "\n\n".join(each.text.strip() for each in said if each.text.strip())
    if not any(each.page for each in said):
        return _Said(text)
    return _Said(text, "<hr>".join(each.page or f"<pre>{html.escape(each.text)}</pre>" for each in said))


def _decoded_mail(content: bytes, encoding: str) -> bytes:
    """Return a mail inside the mail, which RFC 2046 forbids to encode and programs encode all the same."""
    if encoding == "quoted-printable":
        return quopri.decodestring(content.lstrip())
    if encoding == "base64":
        with contextlib.suppress(binascii.Error):
            return binascii.a2b_base64(content)
    return content


def _bytes(message: Message) -> bytes:
    try:
        return message.as_bytes(policy=_AS_IT_CAME)
    except RecursionError:
        return b""
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):  # characters that have no bytes
        return str(message.get_payload()).encode("utf-8", "replace")


def _decoded(part: Message, headers: Headers) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    declared = _CHARSET.search(headers.first("content-type"))
    if declared is None and part.get_content_type() == "text/html":
        declared = _META_CHARSET.search(data[:LOOKED_AT_FOR_META].decode("latin-1"))
    return clean(decode(data, declared[1] if declared else ""))
