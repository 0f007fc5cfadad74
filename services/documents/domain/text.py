"""Untrusted text, made safe to print: clean, isolated, without words that are too long
for a line.
"""

import unicodedata

from shared.writing import text as any_text

MAY_BREAK = "\u200b"
OPPOSITE = {"ltr": frozenset({"R", "AL", "AN"}), "rtl": frozenset({"L", "EN", "ES", "ET"})}
MAX_WORD_LENGTH, PIECE = 100, 20  # line breaking takes time by the square of a word's length


def clean(text: str) -> str:
    """Return one line without control characters, with single spaces, and with break opportunities
    in very long words.
    """
    return " ".join(map(_breakable, any_text.clean(text).split()))


def clean_lines(text: str) -> list[str]:
    """Clean each line of a longer text; empty lines stay, except at the end."""
    return list(map(clean, text.rstrip().splitlines()))


def isolate(text: str, direction: str) -> str:
    """Return the text isolated, if it contains characters against `direction` (`ltr`, `rtl`)."""
    for character in text:
        if unicodedata.bidirectional(character) in OPPOSITE[direction]:
            return any_text.isolate(text)
    return text


def _breakable(word: str) -> str:
    if len(word) <= MAX_WORD_LENGTH:
        return word
    return MAY_BREAK.join(word[start : start + PIECE] for start in range(0, len(word), PIECE))
