"""Text of strangers, made fit for letters: no control characters, no tricks with the direction of writing."""

import re
import unicodedata

FIRST_STRONG, POP = "\u2068", "\u2069"
# Embeddings, overrides and isolates reach beyond the text that they stand in. Joiners stay: Persian needs them.
DIRECTION_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
ANSWER_MARKS = re.compile(r"^\s*((re|aw|sv|antw|r|پاسخ)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def clean(text: str) -> str:
    """One line: controls become spaces, every run of white space one space."""
    return " ".join("".join(_printable(character) for character in text).split())


def clean_lines(text: str) -> str:
    """The same for each line of a longer text; its lines stay as they are."""
    return "\n".join(clean(line) for line in text.strip().splitlines())


def isolate(text: str) -> str:
    """`text` so that it keeps its own direction inside any other; nothing stays nothing."""
    return f"{FIRST_STRONG}{text}{POP}" if text else ""


def direction(text: str, otherwise: str = "") -> str:
    """`ltr` or `rtl`, as the first letter that has a direction says."""
    found = (unicodedata.bidirectional(character) for character in text)
    return next(("ltr" if kind == "L" else "rtl" for kind in found if kind in ("L", "R", "AL")), otherwise)


def without_isolates(text: str) -> str:
    """For languages and places that need none."""
    return text.replace(FIRST_STRONG, "").replace(POP, "")


def without_answer_marks(subject: str) -> str:
    """`Re: AW: Your order` -> `Your order`."""
    return ANSWER_MARKS.sub("", clean(subject))


def paragraphs(text: str) -> list[str]:
    """The parts of a text that empty lines divide."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]


def _printable(character: str) -> str:
    if character in DIRECTION_CONTROLS:
        return ""
    return " " if unicodedata.category(character) in UNPRINTABLE else character
