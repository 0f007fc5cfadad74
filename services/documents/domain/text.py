"""Text of strangers, made fit for print: clean, in its own order, without words that no line can
hold.
"""

import unicodedata

from shared.writing import text as any_text

MAY_BREAK = "\u200b"
OPPOSITE = {"ltr": frozenset({"R", "AL", "AN"}), "rtl": frozenset({"L", "EN", "ES", "ET"})}
LONGEST_WORD, PIECE = 100, 20  # line breaking takes time by the square of a word's length


def clean(text: str) -> str:
    """One line: controls are dropped, every run of white space is a space, endless words may be
    broken.
    """
    return " ".join(_breakable(word) for word in any_text.clean(text).split())


def clean_lines(text: str) -> list[str]:
    """The same for each line of a longer text; empty lines stay, those at its end do not."""
    return [clean(line) for line in text.rstrip().splitlines()]


def isolate(text: str, direction: str) -> str:
    """`text` so that it keeps its own order inside a text that runs in `direction` (`ltr`,
    `rtl`).
    """
    if any(unicodedata.bidirectional(character) in OPPOSITE[direction] for character in text):
        return any_text.isolate(text)
    return text


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return MAY_BREAK.join(word[start : start + PIECE] for start in range(0, len(word), PIECE))
