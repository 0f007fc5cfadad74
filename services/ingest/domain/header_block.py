"""Repair header blocks before they are parsed, so that an invalid line does not lose the fields
after it.

Python's parser ends the header at the first line that is not a field: blanks before the colon
(which RFC 5322, 4.5 requires to be accepted), an mbox separator, a byte order mark, or a line that
a gateway did not fold.
"""

import re
from collections.abc import Callable, Iterator

from services.ingest.domain import structured_fields

MAX_BLOCKS = 2000
MAX_DEPTH = 50  # nested mails

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:")
_MBOX = re.compile(rb">*From [^:\s]")
_OF_PARTS = re.compile(rb"content-[a-z-]{1,40}[ \t]*:", re.IGNORECASE)
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|received|comments|keywords|precedence|importance|priority|organization|"
    rb"status|lines|[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){1,6})[ \t]*:",
    re.IGNORECASE,
)
_STAMPED = re.compile(
    rb"(?:return-path|received|delivered-to|x-original-to|envelope-to|authentication-results|arc-|dkim-|received-spf)",
    re.IGNORECASE,
)
"""Fields that mail servers put above the sender's own: no line of the sender may be joined to
them.
"""
_VERDICT = re.compile(rb"authentication-results[ \t]*:", re.IGNORECASE)
"""Omitted where a mail server may not have recognised the field: servers remove such fields of
senders in their name.
"""
_BLANKS = re.compile(rb"[^:]*[ \t]:")
_CONTINUED = re.compile(rb'[<"]|=\?|[\w*-]{1,40}\s?=')
_SUBJECT = re.compile(rb"subject", re.IGNORECASE)
FOLDED_AT = 60  # characters: programs fold lines longer than that
_BOUNDARY = re.compile(
    rb'\bboundary\s{0,9}=\s{0,9}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE
)
_DELIMITER = re.compile(rb"(?<=[\r\n])--([^\r\n]{1,202})(?:\r\n|\r|\n)")
_BEFORE_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+")
_MAIL = re.compile(rb"^content-type:\s*message/(?:rfc822|global)\b", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(
    rb"^content-transfer-encoding:\s*(?:base64|quoted-printable)", re.IGNORECASE | re.MULTILINE
)
_REWRITE: dict[bytes, Callable[[str], str]] = {
    b"content-transfer-encoding": structured_fields.transfer_encoding,
    b"content-type": structured_fields.content_type,
    b"content-disposition": structured_fields.disposition,
}


def tidied(raw: bytes) -> bytes:
    """Return the mail with repaired header blocks, its own and those of its parts; the rest is
    unchanged.
    """
    return _Tidying(raw).result()


class _Tidying:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.pieces = raw, list[bytes]()
        self.boundaries = {(quoted or bare).rstrip() for quoted, bare in _BOUNDARY.findall(raw)} - {
            b""
        }

    def result(self) -> bytes:
        end = self._mail(0)
        for start in self._parts():
            if start >= end:
                self.pieces.append(self.raw[end:start])
                end = self._block(start, _OF_PARTS)
        return b"".join([*self.pieces, self.raw[end:]])

    def _parts(self) -> Iterator[int]:
        """Yield the positions of header blocks: those after a declared boundary."""
        count = 0
        if not self.boundaries:
            return
        for found in _DELIMITER.finditer(self.raw):
            if found[1].rstrip() in self.boundaries:
                yield found.end()
                count += 1
                if count == MAX_BLOCKS:
                    return

    def _mail(self, start: int, depth: int = 0) -> int:
        """Add the header of the mail at `start`, without empty lines or a byte order mark before
        it.
        """
        found = _BEFORE_FIRST.match(self.raw, start)
        if found and (_KNOWN.match(self.raw, found.end()) or _MBOX.match(self.raw, found.end())):
            start = found.end()
        return self._block(start, _KNOWN, depth)

    def _block(self, start: int, known: re.Pattern[bytes], depth: int = 0) -> int:
        """Add the header block at `start`, and that of an enclosed mail directly after it; return
        the end.
        """
        lines = self._lines(start)
        head = b"".join(_tidied(lines, known))
        self.pieces.append(head)
        end = start + sum(map(len, lines))
        if (
            depth < MAX_DEPTH
            and head.endswith((b"\n", b"\r"))
            and _MAIL.search(head)
            and not _ENCODED.search(head)
        ):
            return self._mail(end, depth + 1)
        return end

    def _lines(self, start: int) -> list[bytes]:
        """Return the lines of a block with their line ends, including the empty line that closes
        it.
        """
        lines: list[bytes] = []
        for found in _LINE.finditer(self.raw, start):
            if found[1].startswith(b"--") and self._is_delimiter(found[1]):
                break
            if found[0]:
                lines.append(found[0])
            if not found[1]:
                break
        return lines

    def _is_delimiter(self, line: bytes) -> bool:
        name = line[2:].rstrip()
        return name in self.boundaries or name.removesuffix(b"--") in self.boundaries


def _tidied(lines: list[bytes], known: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the lines of a block without invalid ones. After the last known field, an invalid line
    begins the body.
    """
    last = -1
    for number, line in enumerate(lines):
        if known.match(line):
            last = number
    field: list[bytes] = []
    odd = False
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            field += [line] if field else []
        elif _FIELD.match(line):
            yield from _field(field)
            field = [line] if not (_VERDICT.match(line) and (odd or _BLANKS.match(line))) else []
        elif number > last and _ends_a_field(field, line, lines[number + 1 : number + 2]):
            field.append(b" " + line)
        elif number > last and not (number == 0 and _MBOX.match(line)):
            yield from _field(field)
            yield from lines[number:] if not line.strip(b"\r\n") else [b"\r\n", *lines[number:]]
            return
        else:
            odd = odd or not _MBOX.match(line)
            if field and not _MBOX.match(line) and _continues(field, line):
                field.append(b" " + line)
    yield from _field(field)


def _ends_a_field(field: list[bytes], line: bytes, after: list[bytes]) -> bool:
    """Return whether the last line before the end of the block continues a list of addresses, ids
    or parameters.
    """
    alone = bool(after) and not after[0].strip(b"\r\n")
    return bool(field) and alone and bool(_CONTINUED.match(line)) and _continues(field, line)


def _continues(field: list[bytes], line: bytes) -> bool:
    """Return whether a line without a blank in front looks like the continuation of a field."""
    if _STAMPED.match(field[0]):
        return False
    before = field[-1].rstrip()
    if len(before) >= FOLDED_AT or before.endswith((b",", b";")):
        return True
    return bool(_CONTINUED.match(line)) and (line.startswith(b"=?") or not _SUBJECT.match(field[0]))


def _field(lines: list[bytes]) -> Iterator[bytes]:
    """Yield the lines of a field without blanks before its colon, and structured fields in standard
    notation.
    """
    if not lines:
        return
    name, _, rest = lines[0].partition(b":")
    name = name.rstrip(b" \t")
    rewrite = _REWRITE.get(name.lower())
    value = b"".join([rest, *lines[1:]])
    if rewrite:
        before = " ".join(value.decode("latin-1").split())
        after = rewrite(before)
        if after != before or rewrite is structured_fields.transfer_encoding:
            value = f" {after}\r\n".encode("latin-1")
    yield name + b":" + value
