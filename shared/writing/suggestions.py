"""Write the end of a sentence about an unknown name."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_SUGGESTIONS = 3
CUTOFF = 0.7  # likeness, from 0 to 1
MAX_LISTED = 12  # a longer list helps nobody


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'invoice'?`, or the known names if they are few, or `.`."""
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(wrong.lower(), by_lower_case, n=MAX_SUGGESTIONS, cutoff=CUTOFF)
    if close:
        meant = " or ".join(repr(by_lower_case[name]) for name in close)
        return f"; did you mean {meant}?"
    if 0 < len(by_lower_case) <= MAX_LISTED:
        return f"; there are: {', '.join(sorted(by_lower_case.values()))}."
    return "."


def sentence(text: str) -> str:
    """Return a text with a full stop, unless it ends with one or with a question mark."""
    if text.endswith((".", "?")):
        return text
    return f"{text}."
