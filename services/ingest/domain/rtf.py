"""Read Outlook's rich text: its text, or the HTML encapsulated in it (MS-OXRTFEX).

Not a library: the regular expressions of RTF libraries take more than linear time, and only one
library reads the HTML.
"""

import codecs
import re
from dataclasses import dataclass, field, replace

MAX_LENGTH = 5_000_000  # bytes of RTF that are read
MAX_DEPTH = 1000  # nested groups

_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})?["
    rb" ]?|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\'"
)
_SILENT = frozenset(
    {
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"fldinst",
        b"listtable",
        b"listoverridetable",
        b"generator",
        b"themedata",
        b"header",
        b"footer",
        b"filetbl",
        b"revtbl",
        b"rsidtbl",
        b"xmlnstbl",
        b"bkmkstart",
        b"bkmkend",
        b"datastore",
        b"latentstyles",
        b"colorschememapping",
        b"pntext",
        b"mhtmltag",
        b"headerl",
        b"headerr",
        b"footerl",
        b"footerr",
        b"headerf",
        b"footerf",
    }
)
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n\n",
    b"page": "\n\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"nestcell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"zwnj": "\u200c",
    b"zwj": "\u200d",
    b"ltrmark": "\u200e",
    b"rtlmark": "\u200f",
}
_SYMBOLS = {
    b"~": "\xa0",
    b"_": "\u2011",
    b"-": "",
    b"{": "{",
    b"}": "}",
    b"\\": "\\",
    b"\n": "\n",
    b"\r": "\n",
}
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp850",
}
"""Codecs by `fcharset` of a font."""


@dataclass(frozen=True, slots=True)
class Rich:
    """The text, or the HTML encapsulated in it."""

    text: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """The settings until the closing brace. `skipped`: fallback characters after each Unicode
    character.
    """

    silent: bool = False
    tag: bool = False
    wrapping: bool = False
    in_fonts: bool = False
    skipped: int = 1
    codec: str = ""


@dataclass
class _Reading:
    wraps_html: bool = False
    codec: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    group: _Group = _Group()
    stack: list[_Group] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    to_skip: int = 0
    font: int = 0
    starred: bool = False

    def characters(self, data: bytes) -> None:
        """Add characters of the font's code page, which may need several bytes each."""
        if self.to_skip:
            data, self.to_skip = data[self.to_skip :], max(0, self.to_skip - len(data))
        if data and self._is_visible():
            self.pending += data

    def sign(self, text: str) -> None:
        """Add a character given by name or number."""
        if self._is_visible():
            self.flush()
            self.said.append(text)

    def flush(self) -> None:
        """Decode the bytes so far."""
        if self.pending:
            self.said.append(bytes(self.pending).decode(self.group.codec or self.codec, "replace"))
            self.pending.clear()

    def open(self) -> None:
        self.flush()
        self.stack.append(self.group)
        self.to_skip, self.starred = 0, False

    def close(self) -> None:
        self.flush()
        if self.stack:
            self.group = self.stack.pop()
        self.to_skip = 0

    def word(self, name: bytes, number: int | None) -> None:
        """Apply a control word; an unknown one after a star begins a silent group."""
        starred, self.starred = self.starred, False
        if name == b"u" and number is not None:
            self._unicode(number)
        elif name in _SIGNS:
            # In encapsulated HTML, paragraphs are for readers of rich text only.
            self.sign("\r\n" if self.wraps_html and name in (b"par", b"line") else _SIGNS[name])
        elif name == b"htmltag":
            self.flush()
            self.group = replace(self.group, tag=True, silent=False)
        elif name == b"htmlrtf":
            self.flush()
            self.group = replace(self.group, wrapping=number != 0)
        elif name in _SILENT or starred:
            self.group = replace(self.group, silent=True, in_fonts=name == b"fonttbl")
        else:
            self._setting(name, number)

    def _setting(self, name: bytes, number: int | None) -> None:
        if name == b"fromhtml":
            self.wraps_html = number != 0
        elif name == b"ansicpg" and number:
            self.codec = _code_page(number) or self.codec
        elif name == b"uc" and number is not None:
            self.group = replace(self.group, skipped=max(0, min(number, 16)))
        elif name == b"f" and number is not None:
            self.flush()
            self.font = number
            self.group = replace(self.group, codec=self.fonts.get(number, ""))
        elif name == b"fcharset" and self.group.in_fonts and number in _CHARSETS and number:
            self.fonts[self.font] = _CHARSETS[number]
        elif name in (b"plain", b"pard"):
            self.flush()

    def _unicode(self, number: int) -> None:
        self.sign(chr(number & 0xFFFF))
        self.to_skip = self.group.skipped

    def _is_visible(self) -> bool:
        return not (
            self.group.silent or (self.wraps_html and self.group.wrapping and not self.group.tag)
        )


def read_rtf(data: bytes) -> Rich:
    """Return the content of a rich text; never refuses."""
    reading, data, position = _Reading(), data[:MAX_LENGTH], 0
    while position < len(data) and len(reading.stack) <= MAX_DEPTH:
        token = _TOKEN.match(data, position)
        if token is None:
            position += 1
            continue
        position = token.end()
        if token[2] == b"bin":  # that many bytes of a picture follow
            position += max(0, int(token[3] or 0))
        else:
            _follow(reading, token)
    reading.flush()
    text = "".join(reading.said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if reading.wraps_html:
        return Rich(page=text)
    return Rich(text=text.strip())


def _follow(reading: _Reading, token: re.Match[bytes]) -> None:
    code, name, number, symbol, brace, plain = token.groups()
    if brace:
        reading.open() if brace == b"{" else reading.close()
    elif name:
        reading.word(name, int(number) if number else None)
    elif symbol == b"*":
        reading.starred = True
    elif symbol:
        reading.sign(_SYMBOLS.get(symbol, ""))
    elif code:
        reading.characters(bytes.fromhex(code.decode()))
    elif plain:
        reading.characters(plain)


def _code_page(number: int) -> str | None:
    if number == 65001:
        return "utf-8"
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return None
