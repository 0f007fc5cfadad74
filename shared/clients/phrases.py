"""Write parts of English sentences: counts, short lists, suggestions for a wrong name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

UNITS = {"s": 1, "min": 60, "h": 3600, "days": 86_400}  # seconds


def counted(number: int, thing: str) -> str:
    """Return a count and its noun: `1 message`, `2 messages`."""
    if number == 1:
        return f"1 {thing}"
    return f"{number} {thing}s"


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit: `850 ms`, `12 s`, `3 min`, `2 h`, `5 days`."""
    for unit, length in (("days", 172_800), ("h", 7200), ("min", 120), ("s", 1)):
        if seconds >= length:
            return f"{seconds / UNITS[unit]:.0f} {unit}"
    return f"{seconds * 1000:.0f} ms"


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
