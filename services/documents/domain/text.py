"""Text of strangers, made fit for paper: no control characters, no tricks with the direction of writing, no bombs."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby, islice

# Embeddings, overrides and isolates reach beyond the text that they stand in. Joiners stay: Persian needs them.
DIRECTION_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
FIRST_STRONG, POP, MAY_BREAK = "\u2068", "\u2069", "\u200b"
OPPOSITE = {"ltr": frozenset({"R", "AL", "AN"}), "rtl": frozenset({"L", "EN", "ES", "ET"})}

# Line breaking takes time by the square of a word's length, and a minute for 100 kB of accents on one letter.
MARKS, MOST_MARKS = frozenset({"Mn", "Me"}), 8
LONGEST_WORD, PIECE = 100, 20


def clean(text: str) -> str:
    """One line: controls are dropped, every run of white space is a space, endless words may be broken."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_printable(text))
    return " ".join(_breakable(word) for word in text.split())


def clean_lines(text: str) -> list[str]:
    """The same for each line of a longer text; empty lines stay, those at its end do not."""
    return [clean(line) for line in text.rstrip().splitlines()]


def isolate(text: str, direction: str) -> str:
    """`text` so that it keeps its own order inside a text that runs in `direction` (`ltr`, `rtl`)."""
    if any(unicodedata.bidirectional(character) in OPPOSITE[direction] for character in text):
        return f"{FIRST_STRONG}{text}{POP}"
    return text


def _printable(text: str) -> Iterator[str]:
    shown = (character for character in text if character not in DIRECTION_CONTROLS)
    for category, characters in groupby(shown, unicodedata.category):
        most = MOST_MARKS if category in MARKS else None
        yield " " if category in UNPRINTABLE else "".join(islice(characters, most))


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return MAY_BREAK.join(word[start : start + PIECE] for start in range(0, len(word), PIECE))
