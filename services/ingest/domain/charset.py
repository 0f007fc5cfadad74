"""Bytes of a mail as text: as declared, or as they evidently are. A bad byte costs one character
(U+FFFD), no more.
"""

import re

from charset_normalizer import from_bytes

from services.ingest.domain.charset_labels import codec_of

GUESSED_FROM = 4096  # bytes
MOST_BAD = 0.25  # share of the characters beyond ASCII that may be bad in a text of a charset
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
    """Return the codec that the bytes fit: the declared one, unless they evidently are something
    else.
    """
    if (
        _JAPANESE.search(data)
        and not data.translate(None, bytes(range(128)))
        and declared in (None, "utf-8", WESTERN)
    ):
        return "iso-2022-jp"
    if declared in (None, WESTERN) and _is_utf8(data):
        return "utf-8"
    if declared and _fits(data, declared):
        return declared
    if _fits(data, "utf-8"):
        return "utf-8"
    return _guessed(data) or (declared if declared and declared != "utf-8" else WESTERN)


def _is_utf8(data: bytes) -> bool:
    """Return whether the bytes can hardly be anything but UTF-8: all of them valid, some beyond
    ASCII.
    """
    try:
        return bool(data.translate(None, bytes(range(128)))) and bool(data.decode("utf-8"))
    except ValueError:
        return False


def _fits(data: bytes, codec: str) -> bool:
    """Return whether all but a few characters beyond ASCII are valid. One cut off at the end counts
    as none.
    """
    text = _decoded(data, codec)
    bad = text.count(_BAD)
    if not bad:
        return True
    beyond = sum(character > "\x7f" for character in text)
    cut_off = bad == 1 and text.endswith(_BAD)
    return beyond > 1 and (cut_off or bad <= beyond * MOST_BAD or (bad == 1 and beyond > 2))


def _decoded(data: bytes, codec: str) -> str:
    if codec == "iso-2022-jp":
        return _japanese(data)
    if codec == "utf-8" and _CESU_PAIR.search(data):
        data = _CESU_PAIR.sub(_as_utf8, data)
    return data.decode(codec, "replace")


def _as_utf8(pair: re.Match[bytes]) -> bytes:
    """Return a character that CESU-8 writes as two surrogates in UTF-8."""
    return (
        pair[0]
        .decode("utf-8", "surrogatepass")
        .encode("utf-16", "surrogatepass")
        .decode("utf-16")
        .encode()
    )


def _japanese(data: bytes) -> str:
    """Decode ISO-2022-JP with the characters of vendors (NEC, IBM), which Python's codec refuses.

    Its code page 932 has them, in Shift JIS: two-byte runs are read as that.
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
    """Return two-byte characters of JIS X 0208 in Shift JIS; line ends and other control characters
    stay.
    """
    found, place = bytearray(), 0
    while place < len(run):
        row, cell = run[place], run[place + 1] if place + 1 < len(run) else 0
        if row < 0x21:
            found.append(row)
            place += 1
            continue
        found.append((row + 1) // 2 + (0x70 if row < 0x5F else 0xB0))
        found.append(cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E)
        place += 2
    return bytes(found)


def _guessed(data: bytes) -> str | None:
    """Return a charset that most of the characters need, of a text long enough to tell; Western
    letters are few in a text.
    """
    sample = data[:GUESSED_FROM]
    if len(sample) - len(sample.translate(None, _HIGH)) < max(20, len(sample) // 4):
        return None
    best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.3).best()
    return best.encoding if best else None
