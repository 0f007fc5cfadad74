"""Map charset names of mails to codecs.

Sources: the labels of the WHATWG Encoding standard (package webencodings), and further names of
mail programs. Only codecs of this table are used, since the name comes from the sender.
"""

import re
from functools import lru_cache

from webencodings.labels import LABELS

# What browsers read as a larger set; mail programs do, too, since senders declare less than they
# mean.
_WHATWG_CODECS: dict[str, str] = {
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "ibm866": "cp866",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-user-defined": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
} | {f"windows-{number}": f"cp{number}" for number in range(1250, 1259)}
_MAIL_LABELS = {
    "utf8mb4": "utf-8",
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "utf-32": "utf-32",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "cesu-8": "utf-8",
    "latin-1": "cp1252",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "koi8-t": "koi8-t",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz": "hz",
    "hz-gb-2312": "hz",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "iso-2022-kr": "iso-2022-kr",
    "csiso2022kr": "iso-2022-kr",
    "johab": "johab",
    "ks-c-5601": "cp949",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "cp50222": "iso-2022-jp",
    "x-iso-2022-jp": "iso-2022-jp",
    "iso-2022-jp-1": "iso-2022-jp",
    "iso-2022-jp-2": "iso-2022-jp-2",
    "iso-2022-jp-3": "iso-2022-jp-3",
    "iso-2022-jp-ms": "iso-2022-jp",
    "eucjp": "euc-jp",
    "eucjp-ms": "euc-jp",
    "macarabic": "mac-arabic",
    "macfarsi": "mac-farsi",
    "macroman": "mac-roman",
    "maccyrillic": "mac-cyrillic",
}
for _name in ("roman", "cyrillic", "greek", "turkish", "latin2", "arabic", "farsi"):
    _MAIL_LABELS[f"mac-{_name}"] = _MAIL_LABELS[f"x-mac-{_name}"] = f"mac-{_name}"
_CODE_PAGES = (
    437,
    720,
    737,
    775,
    850,
    852,
    855,
    857,
    858,
    860,
    *range(862, 867),
    869,
    874,
    932,
    949,
    950,
    *range(1250, 1259),
)
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|ibm|ms|cp)-?(\d{3,5})")
# They promise nothing above byte 127, yet many mails that declare them hold such bytes: as good as
# undeclared.
_NOTHING_DECLARED = {"ascii", "us-ascii", "ansi_x3.4-1968", "iso-ir-6"}
_NO_CODEC = {"replacement"}

CODECS: dict[str, str] = {
    **{
        label.replace("_", "-"): _WHATWG_CODECS.get(name, name)
        for label, name in LABELS.items()
        if label not in _NOTHING_DECLARED and name not in _NO_CODEC
    },
    **_MAIL_LABELS,
    **{f"cp{number}": f"cp{number}" for number in _CODE_PAGES},
}


@lru_cache(maxsize=256)
def codec_of(declared: str) -> str | None:
    """Return the codec for a declared charset; None if it is unknown or says nothing."""
    name = declared.strip().strip("\"'").lower().replace("_", "-")
    if name in CODECS:
        return CODECS[name]
    page = _CODE_PAGE.fullmatch(name)
    return CODECS.get(f"cp{page[1]}") if page else None
