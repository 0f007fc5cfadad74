"""Write parts of English sentences: counts, short lists, suggestions for a wrong name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def counted(number: int, thing: str) -> str:
    """Return a count and its noun: `1 message`, `2 messages`."""
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing}s"


def listed(parts: Sequence[str], limit: int = 5) -> str:
    """Return the first parts of a list, and how many more there are: `a, b and 3 more`."""
    if len(parts) <= limit:
        return ", ".join(parts)
    return f"{', '.join(parts[:limit])} and {len(parts) - limit} more"


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: `; did you mean 'order.place'?`, or the
    list of known names.
    """
    known = list(known)
    close = get_close_matches(wrong, known, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    if known:
        return f"; there are {', '.join(known)}."
    return "; none is installed."
