"""Bytes of a mail as text: every charset that is known by name, and an answer for those that lie or say nothing.

Only names of the table reach Python's codecs: the name comes from the sender.
"""

import re
from functools import lru_cache

from charset_normalizer import from_bytes

_PLAIN = (
    "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "koi8-r", "koi8-u", "koi8-t",
    *(f"iso-8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
    *(f"cp{number}" for number in range(1250, 1259)),
    *(f"cp{number}" for number in (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, *range(862, 867), 869, 874)),
    *(f"mac-{name}" for name in ("roman", "cyrillic", "greek", "turkish", "latin2", "arabic", "farsi")),
    "gb18030", "cp932", "cp949", "cp950", "big5hkscs", "euc-jp", "iso-2022-jp", "iso-2022-kr", "johab", "hz",
)
_OTHER = {
    # These say less than their senders mean: browsers and mail programs read them as the larger set, too.
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "x-user-defined": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs",
    "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "euc-kr": "cp949", "ks-c-5601-1987": "cp949",
    "iso-8859-11": "cp874", "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "macarabic": "mac-arabic", "x-mac-farsi": "mac-farsi",
    "x-mac-arabic": "mac-arabic", "macintosh": "mac-roman", "x-mac-roman": "mac-roman",
    "utf8": "utf-8", "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf16": "utf-16",
}
LOOKED_AT = 4096  # bytes from which a charset is guessed
_HIGH = bytes(range(128, 256))
_GUESSES = [
    "cp1256", "cp1251", "koi8_r", "cp1253", "cp1255", "cp874", "gb18030", "big5", "cp932", "euc_jp", "cp949",
    "iso8859_6", "cp1252", "cp1250",
]
CODECS = {name: name for name in _PLAIN} | _OTHER
_CP = re.compile(r"(?:x-)?(?:windows|win|ibm|ms|cp)-?(\d{3,4})")


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`: as declared if that fits, else as UTF-8, else as it looks like, else as Windows-1252 with
    replacement characters.
    """
    for codec in (_codec(declared), "utf-8"):
        if codec:
            try:
                return data.decode(codec)
            except ValueError:
                continue
    return data.decode(_guessed(data) or "cp1252", "replace")


def _guessed(data: bytes) -> str | None:
    """A charset that most of the characters need, of a text long enough to tell; Western letters are few in a text."""
    sample = data[:LOOKED_AT]
    if len(sample) - len(sample.translate(None, _HIGH)) < max(20, len(sample) // 4):
        return None
    best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.3).best()
    return best.encoding if best else None


@lru_cache(maxsize=256)
def _codec(declared: str) -> str | None:
    name = declared.strip().strip("\"'").lower().replace("_", "-")
    numbered = _CP.fullmatch(name)
    return CODECS.get(f"cp{numbered[1]}" if numbered else name)
