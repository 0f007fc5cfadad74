"""What a mail quotes of earlier ones, and its signature: folded when it is shown, never taken away.

Lines are counted from 1. A forwarded mail is what its sender wants to be read: it is not folded.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from services.ingest.domain.quoting import (
    Attribution,
    attributions,
    is_field,
    is_forwarded,
    is_original,
)
from shared.contracts.ingest import Fold

BEGINNING = 200  # characters of a message in a list of threads
MOST_LINES = 20_000
_LONGEST_LINE = 400  # characters of a line that are looked at


class Lines(NamedTuple):
    """From the first to the last, both included."""

    first: int
    last: int


_RULE = re.compile("[-_]{20,}")


def folds_of(text: str) -> tuple[Lines, ...]:
    """The lines to fold, in order; none where nothing else would be left to read."""
    lines = [line.strip()[:_LONGEST_LINE] for line in text.split("\n")[:MOST_LINES]]
    quoted = _quoted(lines)
    found = _together([number for number, is_quoted in enumerate(quoted, 1) if is_quoted])
    said = any(line and not is_quoted for line, is_quoted in zip(lines, quoted, strict=True))
    return tuple(_whole(found, lines, text)) if said else ()


def new_lines(text: str) -> str:
    """Return what the author of a mail wrote: its text without quotes, signature, and mails that
    are passed on; empty where nothing else is there.
    """
    lines = text.split("\n")[:MOST_LINES]
    bare = [line.strip()[:_LONGEST_LINE] for line in lines]
    written = []
    for line, short, is_quoted in zip(lines, bare, _quoted(bare), strict=True):
        if is_forwarded(short):
            break
        if not is_quoted:
            written.append(line)
    return "\n".join(written).strip()


def _quoted(lines: list[str]) -> list[bool]:
    """Line by line, whether it is quoted or belongs to the signature."""
    quoted = [line.startswith(">") for line in lines]
    fields = [is_field(line) for line in lines]
    found = attributions(lines)
    last_quoted = max((number for number, is_quoted in enumerate(quoted) if is_quoted), default=-1)
    for number, line in enumerate(lines):
        if is_forwarded(line):
            break
        attribution = found.get(number)
        follows = (
            attribution and attribution.end >= last_quoted and _mail_follows(lines, attribution)
        )
        if follows or _begins_a_mail(lines, fields, number):
            return [*quoted[:number], *[True] * (len(lines) - number)]
        if attribution and _quotes_follow(lines, quoted, attribution.end):
            quoted[number : attribution.end + 1] = [True] * (attribution.end + 1 - number)
    return quoted


def _begins_a_mail(lines: list[str], fields: list[bool], number: int) -> bool:
    """Return whether from here on everything is the earlier mail, or the signature."""
    line = lines[number]
    if line == "--" or is_original(line):
        return True
    headers = _headers(fields, number)
    return (bool(_RULE.fullmatch(line)) and headers >= 2) or (
        fields[number] and number > 0 and headers >= 3
    )


def _mail_follows(lines: list[str], attribution: Attribution) -> bool:
    """Return whether a mail follows an attribution, quoted without any sign."""
    return attribution.evident and any(lines[attribution.end + 1 : attribution.end + 20])


def _headers(fields: list[bool], number: int) -> int:
    """How many of a line and those that follow are header fields."""
    return sum(fields[number : number + 5])


def _quotes_follow(lines: list[str], quoted: list[bool], end: int) -> bool:
    after = next((number for number in range(end + 1, len(lines)) if lines[number]), None)
    return after is not None and quoted[after]


def _together(numbers: list[int]) -> list[Lines]:
    found: list[Lines] = []
    for number in numbers:
        if found and found[-1].last == number - 1:
            found[-1] = Lines(found[-1].first, number)
        else:
            found.append(Lines(number, number))
    return found


def _whole(found: list[Lines], lines: list[str], text: str) -> list[Lines]:
    """A fold that reaches the end of what was looked at reaches the end of the text."""
    if found and found[-1].last == len(lines):
        found[-1] = Lines(found[-1].first, text.count("\n") + 1)
    return found


def beginning(text: str, folds: Iterable[Lines | Fold]) -> str:
    """Return how a message begins, on one line and without what is folded."""
    hidden = {number for fold in folds for number in range(fold.first, fold.last + 1)}
    shown = [line for number, line in enumerate(text.split("\n"), 1) if number not in hidden]
    words = " ".join(" ".join(shown).split())
    return words if len(words) <= BEGINNING else words[: BEGINNING - 1].rstrip() + "…"
