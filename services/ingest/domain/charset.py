"""Decode the bytes of a mail, by the declared charset or the one they evidently have. An invalid
byte becomes U+FFFD.
"""

import re

from services.ingest.domain.charset_labels import codec_of

GUESSED_FROM = 4096  # bytes
MAX_INVALID_SHARE = 0.25  # share of characters beyond ASCII that may be invalid
WESTERN = "cp1252"
_BAD = "\ufffd"
_HIGH = bytes(range(128, 256))
_GUESSES = [
    "cp1256",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp874",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
    "iso8859_6",
    "cp1252",
    "cp1250",
]
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\([BJI]|\$\([D])")
_JAPANESE_RUN = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_CESU_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")


def decode(data: bytes, declared: str = "") -> str:
    """Return the text of `data`: as its byte order mark or `declared` says, else as UTF-8, else as
    guessed.

    Bytes that do not fit become U+FFFD. A byte order mark is never part of the text.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decoded(data, codec).lstrip("\ufeff")
    return _decoded(data, _codec_for(data, codec_of(declared))).lstrip("\ufeff")


def _codec_for(data: bytes, declared: str | None) -> str:
    """Return the codec for some bytes: the declared one, unless the bytes evidently have
    another.
    """
    undeclared = declared in (None, WESTERN)
    if data.isascii() and _JAPANESE.search(data) and (undeclared or declared == "utf-8"):
        return "iso-2022-jp"
    if undeclared and _is_utf8(data):
        return "utf-8"
    if declared and _fits(data, declared):
        return declared
    if _fits(data, "utf-8"):
        return "utf-8"
    fallback = declared if declared and declared != "utf-8" else WESTERN
    return _guessed(data) or fallback


def _is_utf8(data: bytes) -> bool:
    """Return whether the bytes are almost certainly UTF-8: all of them valid, some beyond
    ASCII.
    """
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except ValueError:
        return False


def _fits(data: bytes, codec: str) -> bool:
    """Return whether all but a few characters beyond ASCII are valid. One cut off at the end is
    ignored.
    """
    text = _decoded(data, codec)
    bad = text.count(_BAD)
    if not bad:
        return True
    beyond = sum(character > "\x7f" for character in text)
    cut_off = bad == 1 and text.endswith(_BAD)
    return beyond > 1 and (
        cut_off or bad <= beyond * MAX_INVALID_SHARE or (bad == 1 and beyond > 2)
    )


def _decoded(data: bytes, codec: str) -> str:
    if codec == "iso-2022-jp":
        return _japanese(data)
    if codec == "utf-8" and _CESU_PAIR.search(data):
        data = _CESU_PAIR.sub(_as_utf8, data)
    return data.decode(codec, "replace")


def _as_utf8(pair: re.Match[bytes]) -> bytes:
    """Return UTF-8 for a character that CESU-8 writes as two surrogates."""
    return (
        pair[0]
        .decode("utf-8", "surrogatepass")
        .encode("utf-16", "surrogatepass")
        .decode("utf-16")
        .encode()
    )


def _japanese(data: bytes) -> str:
    """Decode ISO-2022-JP with vendor characters (NEC, IBM), which Python's codec refuses.

    Code page 932 contains them, in Shift JIS: two-byte runs are converted to that.
    """
    first, *runs = _JAPANESE_RUN.split(data)
    text = [first.decode("ascii", "replace")]
    for escape, run in zip(runs[::2], runs[1::2], strict=True):
        if escape.startswith(b"$"):
            text.append(_shift_jis(run).decode("cp932", "replace"))
        elif escape == b"(I":
            text.append(bytes(byte | 0x80 for byte in run).decode("cp932", "replace"))
        else:
            text.append(run.decode("ascii", "replace"))
    return "".join(text)


def _shift_jis(run: bytes) -> bytes:
    """Return two-byte characters of JIS X 0208 in Shift JIS; control characters are copied."""
    found, position = bytearray(), 0
    padded = run + b"\0"
    while position < len(run):
        row, cell = padded[position], padded[position + 1]
        if row < 0x21:
            found.append(row)
            position += 1
            continue
        found.append((row + 1) // 2 + (0x70 if row < 0x5F else 0xB0))
        if row % 2 == 0:
            found.append(cell + 0x7E)
        else:
            found.append(cell + (0x1F if cell < 0x60 else 0x20))
        position += 2
    return bytes(found)


def _guessed(data: bytes) -> str | None:
    """Return the charset that a long enough text has by its letters, or None. Few letters of a
    Western text are beyond ASCII.
    """
    sample = data[:GUESSED_FROM]
    if len(sample) - len(sample.translate(None, _HIGH)) < max(20, len(sample) // 4):
        return None
    # Loaded by the processes that parse mails: see `adapters/parser_preload.py`.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.3).best()
    return best.encoding if best else None
