"""Make untrusted text safe to show: no control characters, no change of the writing direction."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby, islice

FIRST_STRONG, POP = "\u2068", "\u2069"
# Embeddings, overrides and isolates affect the text around them. Joiners stay: Persian needs them.
DIRECTION_CONTROLS = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
MARKS = frozenset({"Mn", "Me"})
MAX_MARKS = 8  # in a row; 100 kB of accents on one letter take a minute to lay out


def clean(text: str) -> str:
    """Return one line: control characters are removed, every run of white space is one space."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_printable(text))
    return " ".join(text.split())


def isolate(text: str) -> str:
    """Isolate the direction of a text from its surroundings. An empty text stays empty."""
    if not text:
        return ""
    return f"{FIRST_STRONG}{text}{POP}"


def _printable(text: str) -> Iterator[str]:
    shown = (character for character in text if character not in DIRECTION_CONTROLS)
    for category, characters in groupby(shown, unicodedata.category):
        if category in UNPRINTABLE:
            yield " "
        elif category in MARKS:
            yield "".join(islice(characters, MAX_MARKS))
        else:
            yield "".join(characters)
