"""Untrusted text, made safe for mails: no control characters and no manipulation of the writing
direction.
"""

import re
import unicodedata

from shared.writing.text import FIRST_STRONG, POP, clean

ANSWER_MARKS = re.compile(r"^\s*((re|aw|sv|antw|r|پاسخ)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def clean_lines(text: str) -> str:
    """Clean each line of a longer text; line breaks stay."""
    return "\n".join(map(clean, text.strip().splitlines()))


def direction(text: str, otherwise: str = "") -> str:
    """Return `ltr` or `rtl` by the first letter that has a direction, else `otherwise`."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return otherwise


def without_isolates(text: str) -> str:
    """Return the text without directional isolates, for languages and places that need none."""
    return text.replace(FIRST_STRONG, "").replace(POP, "")


def without_answer_marks(subject: str) -> str:
    """Return a subject without reply prefixes: `Re: AW: Your order` -> `Your order`."""
    return ANSWER_MARKS.sub("", clean(subject))


def paragraphs(text: str) -> list[str]:
    """Split a text at empty lines."""
    return list(filter(None, re.split(r"\n\s*\n", text.strip())))
