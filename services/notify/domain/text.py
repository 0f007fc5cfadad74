"""Text of strangers, made fit for letters: no control characters, no tricks with the direction of
writing.
"""

import re
import unicodedata

from shared.writing.text import FIRST_STRONG, POP, clean

ANSWER_MARKS = re.compile(r"^\s*((re|aw|sv|antw|r|پاسخ)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def clean_lines(text: str) -> str:
    """The same for each line of a longer text, cleaned; its lines stay as they are."""
    return "\n".join(clean(line) for line in text.strip().splitlines())


def direction(text: str, otherwise: str = "") -> str:
    """`ltr` or `rtl`, as the first letter that has a direction says."""
    found = (unicodedata.bidirectional(character) for character in text)
    return next(
        ("ltr" if kind == "L" else "rtl" for kind in found if kind in ("L", "R", "AL")), otherwise
    )


def without_isolates(text: str) -> str:
    """For languages and places that need none."""
    return text.replace(FIRST_STRONG, "").replace(POP, "")


def without_answer_marks(subject: str) -> str:
    """`Re: AW: Your order` -> `Your order`."""
    return ANSWER_MARKS.sub("", clean(subject))


def paragraphs(text: str) -> list[str]:
    """The parts of a text that empty lines divide."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]
